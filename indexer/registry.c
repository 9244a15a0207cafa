#include "indexer/registry.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Keys up to 16 bits are looked up directly, larger ones (SCTP PPIDs) in a short sorted list. */
static struct table {
	const struct protocol **direct; /* 65536 */
	const struct protocol **list;   /* heuristics, by key */
	uint32_t *keys;
	size_t nlist;
} tables[CLAIM_TABLES];

static char problem[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *const table_names[CLAIM_TABLES] = {
	[CLAIM_NONE] = "none",
	[CLAIM_LINKTYPE] = "linktype",
	[CLAIM_ETHERTYPE] = "ethertype",
	[CLAIM_IP_PROTO] = "ip.proto",
	[CLAIM_UDP_PORT] = "udp.port",
	[CLAIM_TCP_PORT] = "tcp.port",
	[CLAIM_SCTP_PORT] = "sctp.port",
	[CLAIM_SCTP_PPI] = "sctp.ppi",
	[CLAIM_LLC_DSAP] = "llc.dsap",
	[CLAIM_LLC_OUI_CISCO] = "llc.cisco_pid",
	[CLAIM_PPP] = "ppp.protocol",
	[CLAIM_CHDLC] = "chdlc.protocol",
	[CLAIM_FR_NLPID] = "osinl.nlpid",
	[CLAIM_GRE] = "gre.proto",
	[CLAIM_WTAP_ENCAP_HDR] = "encap",
	[CLAIM_HEUR_UDP] = "udp heuristic",
	[CLAIM_HEUR_TCP] = "tcp heuristic",
};

const char *claim_table_name(enum claim_table table)
{
	return table_names[table];
}

static bool is_list(enum claim_table table)
{
	return table == CLAIM_HEUR_UDP || table == CLAIM_HEUR_TCP;
}

static void claim(const struct protocol *proto, const struct claim *c)
{
	struct table *t = &tables[c->table];
	if (is_list(c->table)) {
		t->list = realloc(t->list, (t->nlist + 1) * sizeof(*t->list));
		t->keys = realloc(t->keys, (t->nlist + 1) * sizeof(*t->keys));
		size_t at = t->nlist++;
		for (; at && t->keys[at - 1] > c->key; at--) {
			t->keys[at] = t->keys[at - 1];
			t->list[at] = t->list[at - 1];
		}
		t->keys[at] = c->key;
		t->list[at] = proto;
		return;
	}
	if (c->key > 0xffff) {
		snprintf(problem, sizeof(problem), "%s claims %s %u, which is above 65535", proto->name, table_names[c->table], c->key);
		return;
	}
	if (!t->direct)
		t->direct = calloc(0x10000, sizeof(*t->direct));
	if (t->direct[c->key] && t->direct[c->key] != proto) {
		snprintf(problem, sizeof(problem), "%s and %s both claim %s %u", t->direct[c->key]->name, proto->name,
			table_names[c->table], c->key);
		return;
	}
	t->direct[c->key] = proto;
}

static void check_record(const struct protocol *proto, const struct record *rec)
{
	if (rec->nfields > RECORD_FIELDS_MAX)
		snprintf(problem, sizeof(problem), "%s has more than %d fields", rec->name, RECORD_FIELDS_MAX);
	for (unsigned i = 0; i < rec->nfields; i++) {
		const struct field *f = &rec->fields[i];
		if (!f->name || !f->label) {
			snprintf(problem, sizeof(problem), "%s: field %u of %s has no name or label", proto->name, i, rec->name);
			return;
		}
		for (unsigned k = 0; k < i; k++)
			if (strcmp(rec->fields[k].name, f->name) == 0)
				snprintf(problem, sizeof(problem), "%s: two fields %s", rec->name, f->name);
	}
}

static void build(void)
{
	for (size_t i = 1; i < protocols_count; i++) {
		const struct protocol *p = protocols[i];
		if (!p || p->id != i) {
			snprintf(problem, sizeof(problem), "protocol %zu has another id", i);
			return;
		}
		if (p->nrecords > RECORDS_PER_PROTOCOL)
			snprintf(problem, sizeof(problem), "%s has more than %d records", p->name, RECORDS_PER_PROTOCOL);
		for (unsigned k = 0; k < p->nrecords; k++)
			check_record(p, &p->records[k]);
		for (const struct claim *c = p->claims; c && c->table; c++)
			claim(p, c);
	}
	for (size_t i = 0; i < named_protocols_count; i++)
		for (const struct claim *c = named_protocols[i]->claims; c && c->table; c++)
			if (is_list(c->table) || !tables[c->table].direct || !tables[c->table].direct[c->key & 0xffff])
				claim(named_protocols[i], c); /* a dissector of our own wins over a bare name */
}

const char *registry_init(void)
{
	pthread_once(&once, build);
	return problem[0] ? problem : NULL;
}

const struct protocol *registry_find(enum claim_table table, uint32_t key)
{
	const struct table *t = &tables[table];
	return t->direct && key <= 0xffff ? t->direct[key] : NULL;
}

const struct protocol *const *registry_heuristics(enum claim_table table, size_t *n)
{
	*n = tables[table].nlist;
	return tables[table].list;
}
