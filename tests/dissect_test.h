/* Octets in, rows out as text: what a test of a dissector needs. */
#ifndef PCAPDEX_TESTS_DISSECT_TEST_H
#define PCAPDEX_TESTS_DISSECT_TEST_H

#include "indexer/dissect.h"

/* Dissect one frame written in hexadecimal (blanks ignored), handed to whoever claims `key` in `table`. The
 * text has a line a row, in the order of the frame's tables:
 *
 *     arp hw.type=1 proto.type=0x0800 opcode=1 ...
 *
 * fields in the order of the record's table, as `packets -T fields` prints them and without the record's
 * name; only stored ones. The first line is "stack: " and frame.protocols. Rows of `frame` are left out.
 * `len` is the length on the wire; 0: as many as there are. Valid until the next call. */
const char *dissect_hex(enum claim_table table, uint32_t key, const char *hex, uint32_t len);

/* The same, after frames that were dissected before in the same capture (streams, reassembly, exchanges live
 * on). Times are 1 ms apart. */
const char *dissect_more(enum claim_table table, uint32_t key, const char *hex, uint32_t len);

/* What the Info column says of a frame, dissected as by dissect_hex(). Valid until the next call. */
const char *dissect_info(enum claim_table table, uint32_t key, const char *hex);

/* Dissect every prefix of the frame, each from a heap block of exactly its size (for AddressSanitizer), as a
 * cut frame and as a frame that ends there; with the Info column. */
void dissect_prefixes(enum claim_table table, uint32_t key, const char *hex);

#endif
