/* The Info column: what a frame is about, in a line. Dissectors write it while they read; nobody asks for it
 * when a capture is indexed (pkt->info is NULL then, and a call costs one test), only when frames are listed.
 *
 * It is written as Wireshark's columns are: the innermost layer that has something to say replaces what was
 * there, from the fence on. A fence protects what stands before it: marks such as "[TCP Retransmission]", and
 * the text of the message before this one in the same segment. */
#ifndef PCAPDEX_INFO_H
#define PCAPDEX_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;
struct protocol;

#define INFO_MAX   4096 /* octets, as in Wireshark; what is longer is cut */
#define INFO_SAVES 5    /* see info_save(): one for each TCP segment being dissected, one for a try */

struct info {
	unsigned len, fence;
	/* What only a later frame tells of this one, and the archive knows: see info_later(). */
	int64_t (*later)(void *ctx, const struct packet *pkt, const char *field);
	void *later_ctx;
	/* What only the end of the capture tells: see info_final_flow(). */
	const void *(*final_flow)(void *ctx, const struct packet *pkt, const struct protocol *proto);
	void *final_ctx;
	unsigned note_len;
	bool ended; /* see info_end() */
	struct {
		unsigned len, fence;
		char text[INFO_MAX];
	} saved[INFO_SAVES];
	char note[512]; /* see info_note() */
	char text[INFO_MAX + 1];
};

#define INFO_PRINTF(at, args) __attribute__((format(printf, at, args)))

/* Replace the text behind the fence. */
void info_set_(struct packet *pkt, const char *format, ...) INFO_PRINTF(2, 3);
/* Append. */
void info_add_(struct packet *pkt, const char *format, ...) INFO_PRINTF(2, 3);
/* Append, with `separator` before it unless nothing stands there at all. */
void info_sep_(struct packet *pkt, const char *separator, const char *format, ...) INFO_PRINTF(3, 4);
/* Put in front of all; the fence moves along with what it protects, or comes to stand behind the new text. */
void info_prepend_(struct packet *pkt, const char *format, ...) INFO_PRINTF(2, 3);
void info_prepend_fenced_(struct packet *pkt, const char *format, ...) INFO_PRINTF(2, 3);
/* Keep for later: a header's options are read before what stands in front of them is known. info_notes()
 * appends what was kept. */
void info_note_(struct packet *pkt, const char *format, ...) INFO_PRINTF(2, 3);
void info_notes_(struct packet *pkt);
/* What is read from here on Wireshark reads only for its tree, which the packet list does without: that it is
 * malformed is not noticed there. */
void info_end_(struct packet *pkt);
/* What is there now stays. */
void info_fence_(struct packet *pkt);
/* Append octets as Wireshark shows text that a packet says: what is no printable character, or no UTF-8, as
 * an escape (\n, \x01). */
void info_text_(struct packet *pkt, const void *octets, size_t n);

/* Append octets as a line of a protocol made of text: each tab or line end is one blank. */
void info_line_(struct packet *pkt, const void *octets, size_t n);
#define info_line(pkt, octets, n) ((pkt)->info ? info_line_((pkt), (octets), (n)) : (void)0)

/* Append the media type of the body that is being dissected, in brackets: " (text/html)". */
void info_media_(struct packet *pkt);
#define info_media(pkt) ((pkt)->info ? info_media_(pkt) : (void)0)

/* Append an address: `kind` KIND_ETHER, KIND_IPV4, KIND_IPV6, octets enough for it. */
void info_address_(struct packet *pkt, int kind, const uint8_t *octets);
#define info_address(pkt, kind, octets) ((pkt)->info ? info_address_((pkt), (kind), (octets)) : (void)0)

/* The name of a value in a field's list (schema/kind.h), or `otherwise`. */
struct value_name;
const char *info_name(const struct value_name *names, int64_t value, const char *otherwise);

/* The number that the frame's field of this name has in the archive, 0 where it has none: for fields of
 * RECORD_LATE records ("icmp.resp_in"). Only where pkt->info is asked for. */
int64_t info_later(struct packet *pkt, const char *field);

/* The state (pkt_flow()) that the frame's conversation has for a protocol when the capture ends: what
 * Wireshark knows of it in its second pass. To be read only; NULL where that is not known. The first to ask
 * has the whole capture dissected: ask only where the answer makes a difference, and pkt->info is asked for.
 */
const void *info_final_flow(const struct packet *pkt, const struct protocol *proto);

#define info_set(pkt, ...)            ((pkt)->info ? info_set_((pkt), __VA_ARGS__) : (void)0)
#define info_add(pkt, ...)            ((pkt)->info ? info_add_((pkt), __VA_ARGS__) : (void)0)
#define info_sep(pkt, ...)            ((pkt)->info ? info_sep_((pkt), __VA_ARGS__) : (void)0)
#define info_prepend(pkt, ...)        ((pkt)->info ? info_prepend_((pkt), __VA_ARGS__) : (void)0)
#define info_prepend_fenced(pkt, ...) ((pkt)->info ? info_prepend_fenced_((pkt), __VA_ARGS__) : (void)0)
#define info_note(pkt, ...)           ((pkt)->info ? info_note_((pkt), __VA_ARGS__) : (void)0)
#define info_notes(pkt)               ((pkt)->info ? info_notes_(pkt) : (void)0)
#define info_end(pkt)                 ((pkt)->info ? info_end_(pkt) : (void)0)
#define info_fence(pkt)               ((pkt)->info ? info_fence_(pkt) : (void)0)
#define info_text(pkt, octets, n)     ((pkt)->info ? info_text_((pkt), (octets), (n)) : (void)0)
#define info_clear(pkt)               info_set((pkt), "%s", "")

/* Has nothing been written behind the fence? Only where pkt->info is asked for. */
bool info_empty(const struct packet *pkt);

/* For the loop: a frame begins; remember the text, and go back to it when a dissector is taken back. */
void info_frame(struct packet *pkt);
void info_save_(struct packet *pkt, unsigned slot);
void info_restore_(struct packet *pkt, unsigned slot);
#define info_save(pkt, slot)    ((pkt)->info ? info_save_((pkt), (slot)) : (void)0)
#define info_restore(pkt, slot) ((pkt)->info ? info_restore_((pkt), (slot)) : (void)0)
#define INFO_TRY                (INFO_SAVES - 1)

#endif
