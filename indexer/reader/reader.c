/* Opening a capture, and what is the same for all formats. */
#include "indexer/reader/internal.h"

#include "indexer/reader/encap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum reader_status reader_damaged(struct reader *r, uint64_t offset, const char *format, ...)
{
	va_list args;

	r->error->offset = offset;
	va_start(args, format);
	vsnprintf(r->error->reason, sizeof(r->error->reason), format, args);
	va_end(args);
	return READER_DAMAGED;
}

enum reader_status reader_ran_out(struct reader *r, uint64_t offset, const char *record, uint64_t wanted)
{
	uint64_t there = input_offset(&r->in) + input_available(&r->in) - offset;

	if (r->in.stopped)
		return READER_STOPPED;
	if (there == 0)
		return r->in.failed ? reader_damaged(r, offset, "%s", r->in.failure) : READER_END;
	return reader_damaged(r, offset, "cut short in the middle of a %s: %llu of %llu octets are there%s%s",
		record, (unsigned long long)there, (unsigned long long)wanted, r->in.failed ? "; " : "",
		r->in.failed ? r->in.failure : "");
}

int64_t reader_time(int64_t seconds, int64_t nanoseconds)
{
	int64_t t;

	if (__builtin_mul_overflow(seconds, INT64_C(1000000000), &t) ||
		__builtin_add_overflow(t, nanoseconds, &t))
		return seconds < 0 ? INT64_MIN + 1 : INT64_MAX;
	return t;
}

void reader_finish_frame(struct frame *f, uint32_t cap_len, uint32_t len)
{
	unsigned pseudo = encap_pseudo_header(f->link_type, f->data, cap_len);

	f->claimed = len;
	if (len > INT32_MAX) /* as Wireshark shows it */
		len = INT32_MAX;
	f->pseudo_len = (uint8_t)pseudo;
	if (f->link_type == 197 && pseudo) {
		/* ERF has the length on the wire in its own header, and pads the record behind it. */
		len = (uint32_t)(f->data[14] << 8 | f->data[15]);
		cap_len -= pseudo;
		f->cap_len = cap_len < len ? cap_len : len;
		f->len = f->claimed = len;
	} else {
		f->cap_len = cap_len - pseudo;
		f->len = len > pseudo ? len - pseudo : 0;
		f->claimed = f->claimed > pseudo ? f->claimed - pseudo : 0;
	}
	f->data += pseudo;
	f->offset += pseudo;
}

/* What the file begins with decides; 0, or -1 with the error filled. */
static int begin(struct reader *r)
{
	int rc = pcapng_begin(r);

	if (rc > 0)
		rc = pcap_begin(r);
	if (rc <= 0)
		return rc;
	if (r->in.failed) {
		reader_damaged(r, 0, "%s", r->in.failure);
	} else {
		reader_damaged(
			r, 0, input_available(&r->in) ? "not a pcap or pcapng file" : "the file is empty");
		r->error->not_a_capture = true;
	}
	return -1;
}

int reader_open(struct reader **out, const char *path, const char *bpf, const struct reader_events *events,
	struct reader_error *error)
{
	struct reader *r = calloc(1, sizeof(*r));
	int rc = -1;

	*error = (struct reader_error) { 0 };
	*out = NULL;
	if (!r) {
		snprintf(error->reason, sizeof(error->reason), "out of memory");
		return -1;
	}
	r->in.fd = -1;
	r->error = error;
	r->last = READER_FRAME;
	if (events)
		r->events = *events;
	if (bpf && filter_new(&r->filter, bpf, error->reason, sizeof(error->reason)) < 0)
		goto out;
	if (input_open(&r->in, path, r->events.on_raw, r->events.on_interrupt, r->events.ctx, error->reason,
		    sizeof(error->reason)) < 0)
		goto out;
	if (begin(r) < 0)
		goto out;
	*out = r;
	r = NULL;
	rc = 0;
out:
	reader_close(r);
	return rc;
}

/* The end, unless the filter could not do its work at all, which must not look like "nothing matched". */
static enum reader_status at_end(struct reader *r)
{
	const char *why = r->filter ? filter_useless(r->filter) : NULL;

	return why ? reader_damaged(
			     r, input_offset(&r->in), "the filter cannot be used on this capture: %s", why)
		   : READER_END;
}

enum reader_status reader_next(struct reader *r, struct frame *frame)
{
	if (r->last != READER_FRAME)
		return r->last;
	do
		r->last = r->next(r, frame);
	while (r->last == READER_FRAME && r->filter && !filter_match(r->filter, frame));
	if (r->last == READER_END)
		r->last = at_end(r);
	return r->last;
}

int reader_drain(struct reader *r)
{
	return input_drain(&r->in);
}

void reader_progress(const struct reader *r, uint64_t *done, uint64_t *total)
{
	*done = r->in.done;
	*total = r->in.total;
}

const char *reader_container(const struct reader *r)
{
	return r->container;
}

const char *reader_compression(const struct reader *r)
{
	return input_compression_name(&r->in);
}

int reader_probe(const char *path)
{
	struct input in;
	char reason[256];
	const uint8_t *head;
	int rc;

	errno = 0;
	if (input_open(&in, path, NULL, NULL, NULL, reason, sizeof(reason)) < 0) {
		int why = errno;

		input_close(&in);
		errno = why ? why : ENOTSUP; /* a compression that is not built in */
		return -1;
	}
	head = input_need(&in, 12);
	rc = head && (pcap_magic(head) || pcapng_magic(head));
	input_close(&in);
	return rc;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	pcapng_end(r);
	filter_free(r->filter);
	input_close(&r->in);
	free(r);
}
