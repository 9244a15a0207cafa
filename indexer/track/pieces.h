/* Octets of a message that came in several frames, as places in the capture file, where they stand already:
 * the archive need not keep them twice. */
#ifndef PCAPDEX_TRACK_PIECES_H
#define PCAPDEX_TRACK_PIECES_H

#include "indexer/packet.h"

/* `len` octets of a message, from its octet `offset` on, and where they are in the capture file; 0: not
 * known, or nowhere. */
struct piece {
	uint32_t offset, len;
	uint64_t at;
};

/* Where octets of the frame stand in the capture file; 0: they are not the frame's, or nobody wants to know.
 */
uint64_t piece_place(const struct packet *pkt, const uint8_t *octets, uint32_t len);

/* Write where n octets of a message stand, from its octet `from` on, in the form of KIND_BYTES as TEXT
 * (schema/kind.h), with a NUL. `get` gives the message's pieces 0 ... npieces - 1, by offset. Gives the
 * text's length; 0: a piece is nowhere, two of them overlap, or there is no room. */
size_t pieces_write(const void *message, uint32_t npieces,
	struct piece (*get)(const void *message, uint32_t i), uint32_t from, uint32_t n, char *out,
	size_t size);

#endif
