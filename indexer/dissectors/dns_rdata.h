/* What the files that read the data of resource records share. */
#ifndef PCAPDEX_DISSECTORS_DNS_RDATA_H
#define PCAPDEX_DISSECTORS_DNS_RDATA_H

#include "indexer/dissectors/dns.h"

/* ---- plain values, one after the other ---- */

enum step_op {
	END,
	U8, /* unsigned numbers of 1, 2, 4 octets */
	U16,
	U32,
	FLAG32, /* the lowest bit of 4 octets */
	IP4,
	IP6,
	MAC,
	NAME,         /* a domain name; may reach beyond the record */
	STRING,       /* an octet of length, then text: this field and the next one */
	BYTES8,       /* 8 octets */
	TIME,         /* seconds since 1970, 4 octets */
	REST,         /* octets to the end of the data */
	REST_OR_NONE, /* the same, shown even when there are none */
	REST_TEXT,
	STOP_BELOW /* `field` is a number: with fewer octets left than that nothing more is looked at */
};

struct step {
	uint8_t op, field;
};

/* The data of one record on its way. */
struct rdata {
	struct dns_message *m;
	struct cursor *c; /* the message's */
	uint32_t end;     /* where the data ends, by the record's length */
	struct row *rr;
	struct row *r; /* of the side table, or rr itself */
};

/* Take the steps up to END. False once the octets failed or STOP_BELOW ended it. */
bool rdata_steps(struct rdata *d, const struct step *steps);

/* ---- helpers ---- */

static inline bool rdata_failed(const struct rdata *d)
{
	return d->m->pkt->fail;
}

/* Octets left; below 0 when a name or text went beyond the end. */
static inline int32_t rdata_left(const struct rdata *d)
{
	return (int32_t)(d->end - d->c->pos);
}

/* Open a row of a side table that names its record in `rr_field`. */
struct row *rdata_row(struct rdata *d, unsigned record, unsigned rr_field);

/* Octets to the end of the data. Where the values before went one octet beyond it Wireshark takes all to the
 * end of the message (a length of -1 says that there); further than that is malformed. */
uint32_t rdata_rest(const struct rdata *d);
void rdata_row_rest(struct rdata *d, unsigned field);

/* Octets, also none: Wireshark shows that too. */
void rdata_octets(struct row *r, unsigned field, struct cursor *c, uint32_t n);

/* ASCII: each octet above 127 is shown as U+FFFD, what comes behind a NUL is not. */
void rdata_ascii(struct row *r, unsigned field, struct cursor *c, uint32_t n);

/* An octet of length, then so much text, which may reach beyond the record: `field` and the next one. */
void rdata_string(struct row *r, unsigned field, struct cursor *c);

/* ---- readers of single types ---- */

void rdata_wks(struct rdata *d);
void rdata_txt(struct rdata *d);
void rdata_spf(struct rdata *d);
void rdata_key(struct rdata *d);
void rdata_dnskey(struct rdata *d);
void rdata_ipseckey(struct rdata *d);
void rdata_a6(struct rdata *d);
void rdata_loc(struct rdata *d);
void rdata_apl(struct rdata *d);
void rdata_nsec(struct rdata *d);
void rdata_nsec3(struct rdata *d);
void rdata_nsec3param(struct rdata *d);
void rdata_nxt(struct rdata *d);
void rdata_csync(struct rdata *d);
void rdata_naptr(struct rdata *d);
void rdata_hip(struct rdata *d);
void rdata_tkey(struct rdata *d);
void rdata_tsig(struct rdata *d);
void rdata_wins(struct rdata *d);
void rdata_xpf(struct rdata *d);
void rdata_caa(struct rdata *d);
void rdata_opt(struct rdata *d);
void rdata_svcb(struct rdata *d);

#endif
