/* TCP options by kind: their names and the lengths that they may have. */
#ifndef PCAPDEX_DISSECTORS_TCP_OPTION_H
#define PCAPDEX_DISSECTORS_TCP_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "indexer/layout.h"

/* May an option of this kind have this length (kind and length octets counted)? */
bool tcp_option_fits(unsigned kind, unsigned len);

/* What the packet list says of the segment; where SACK edges go among the options that tcp.c noted. */
#define TCP_INFO_SACK '\1'
struct packet;
struct tcp_segment;
struct tcp_facts;
void tcp_info(struct packet *pkt, const struct tcp_segment *s, const struct tcp_facts *f);

enum tcp_option_problem { OPTION_WRONG_LENGTH, OPTION_PAST_END, OPTION_TOO_SHORT };

#define TCP_OPTION_TEXT 128

/* How the tree shows a segment (tcp_tree.c). */
extern const struct layout_line tcp_layout[];

/* The problem in Wireshark's words. */
void tcp_option_text(char out[TCP_OPTION_TEXT], enum tcp_option_problem problem, unsigned kind, unsigned len);

#endif
