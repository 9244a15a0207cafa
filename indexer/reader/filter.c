/* --bpf: libpcap's compiler, one program for each link type of the capture.
 *
 * libpcap compiles for the link type of an open capture. One is opened on a file header of 24 octets that we
 * make, so that libpcap itself maps the file's LINKTYPE_ value to the DLT_ value that its compiler wants. */
#include "indexer/reader/internal.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct program {
	uint16_t link_type;
	bool good;
	struct bpf_program code;
};

struct filter {
	char *expression;
	struct program *programs;
	unsigned nprograms;
	unsigned last; /* the program that the last frame used */
	bool any_good;
	char reason[PCAP_ERRBUF_SIZE];
};

/* A libpcap handle for frames of a link type, or NULL with a reason. */
static pcap_t *open_for(uint16_t link_type, uint32_t snaplen, char reason[PCAP_ERRBUF_SIZE])
{
	struct pcap_file_header header = {
		.magic = 0xa1b2c3d4,
		.version_major = PCAP_VERSION_MAJOR,
		.version_minor = PCAP_VERSION_MINOR,
		.snaplen = snaplen,
		.linktype = link_type,
	};
	FILE *file = fmemopen(&header, sizeof(header), "rb");
	pcap_t *handle;

	if (!file) {
		snprintf(reason, PCAP_ERRBUF_SIZE, "out of memory");
		return NULL;
	}
	handle = pcap_fopen_offline(file, reason);
	if (!handle)
		fclose(file);
	return handle;
}

static bool compile(struct filter *filter, struct program *p, uint32_t snaplen)
{
	pcap_t *handle = open_for(p->link_type, snaplen, filter->reason);

	if (!handle)
		return false;
	p->good = pcap_compile(handle, &p->code, filter->expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!p->good)
		snprintf(filter->reason, sizeof(filter->reason), "%s", pcap_geterr(handle));
	pcap_close(handle);
	return p->good;
}

int filter_new(struct filter **out, const char *expression, char *reason, size_t reason_size)
{
	/* An expression that holds on none of these is misspelt, whatever the capture. */
	static const uint16_t common[] = { 1, 127, 101, 113, 0, 105, 189, 6, 11, 139 };
	struct filter *filter = calloc(1, sizeof(*filter));
	char first_reason[PCAP_ERRBUF_SIZE] = "";
	bool good = false;

	snprintf(reason, reason_size, "out of memory");
	if (!filter || !(filter->expression = strdup(expression)))
		goto out;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]) && !good; i++) {
		struct program trial = { .link_type = common[i] };

		good = compile(filter, &trial, 256 * 1024);
		if (good)
			pcap_freecode(&trial.code);
		else if (i == 0)
			memcpy(first_reason, filter->reason, sizeof(first_reason));
	}
	if (!good) {
		snprintf(reason, reason_size, "filter: %s", first_reason);
		goto out;
	}
	filter->reason[0] = '\0';
	*out = filter;
	return 0;
out:
	filter_free(filter);
	return -1;
}

const char *filter_use(struct filter *filter, uint16_t link_type, uint32_t snaplen)
{
	struct program *programs;

	for (unsigned i = 0; i < filter->nprograms; i++)
		if (filter->programs[i].link_type == link_type)
			return filter->programs[i].good ? NULL : filter->reason;
	programs = realloc(filter->programs, (filter->nprograms + 1) * sizeof(*programs));
	if (!programs)
		return "out of memory";
	filter->programs = programs;
	programs += filter->nprograms++;
	*programs = (struct program) { .link_type = link_type };
	if (!compile(filter, programs, snaplen))
		return filter->reason;
	filter->any_good = true;
	return NULL;
}

bool filter_match(struct filter *filter, const struct frame *f)
{
	const struct program *p = NULL;

	if (f->kind != FRAME_PACKET)
		return false; /* of no link type */
	if (filter->last < filter->nprograms && filter->programs[filter->last].link_type == f->link_type) {
		p = &filter->programs[filter->last];
	} else {
		for (unsigned i = 0; i < filter->nprograms; i++)
			if (filter->programs[i].link_type == f->link_type) {
				filter->last = i;
				p = &filter->programs[i];
			}
	}
	if (!p || !p->good)
		return false;
	/* libpcap's offsets count from the begin of the record, pseudo-header and all. */
	return bpf_filter(p->code.bf_insns, f->data - f->pseudo_len, f->len + f->pseudo_len,
		       f->cap_len + f->pseudo_len) != 0;
}

const char *filter_useless(const struct filter *filter)
{
	return filter->nprograms && !filter->any_good ? filter->reason : NULL;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	for (unsigned i = 0; i < filter->nprograms; i++)
		if (filter->programs[i].good)
			pcap_freecode(&filter->programs[i].code);
	free(filter->programs);
	free(filter->expression);
	free(filter);
}
