#include "indexer/registry.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* Keys up to 16 bits are looked up directly, larger ones (SNAP, SCTP PPIDs) in a short list sorted by key. */
static struct table {
	const struct protocol **direct; /* 65536 */
	const struct protocol **list;   /* larger keys; heuristics in their order */
	uint32_t *keys;
	size_t nlist;
} tables[CLAIM_TABLES];

/* Media types, sorted by name without regard to case. */
static struct media {
	const char *type;
	const struct protocol *proto;
} * media_types;
static size_t nmedia_types;

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
	[CLAIM_ETHERTYPE_BARE] = "ethertype",
	[CLAIM_PW_CHANNEL] = "pwach.channel_type",
	[CLAIM_SLL] = "sll.ltype",
	[CLAIM_SNAP] = "llc.snap",
	[CLAIM_NLPID] = "nlpid",
	[CLAIM_HEUR_UDP] = "udp heuristic",
	[CLAIM_HEUR_TCP] = "tcp heuristic",
	[CLAIM_HEUR_COTP] = "cotp heuristic",
	[CLAIM_HEUR_STUN] = "stun heuristic",
	[CLAIM_MEDIA_TYPE] = "media_type",
	[CLAIM_HEUR_HTTP] = "http heuristic",
};

const char *claim_table_name(enum claim_table table)
{
	return table_names[table];
}

static bool is_list(enum claim_table table)
{
	return table == CLAIM_HEUR_UDP || table == CLAIM_HEUR_TCP || table == CLAIM_HEUR_HTTP ||
	       table == CLAIM_HEUR_STUN || table == CLAIM_HEUR_COTP;
}

static void refuse_second(const struct protocol *a, const struct protocol *b, const struct claim *c)
{
	if (a != b)
		snprintf(problem, sizeof(problem), "%s and %s both claim %s %u", a->name, b->name,
			table_names[c->table], c->key);
}

static void claim_in_list(struct table *t, const struct protocol *proto, const struct claim *c)
{
	size_t at = t->nlist;
	while (at && t->keys[at - 1] > c->key)
		at--;
	if (!is_list(c->table) && at && t->keys[at - 1] == c->key) {
		refuse_second(t->list[at - 1], proto, c);
		return;
	}
	t->list = realloc(t->list, (t->nlist + 1) * sizeof(*t->list));
	t->keys = realloc(t->keys, (t->nlist + 1) * sizeof(*t->keys));
	memmove(t->list + at + 1, t->list + at, (t->nlist - at) * sizeof(*t->list));
	memmove(t->keys + at + 1, t->keys + at, (t->nlist - at) * sizeof(*t->keys));
	t->keys[at] = c->key;
	t->list[at] = proto;
	t->nlist++;
}

static void claim(const struct protocol *proto, const struct claim *c)
{
	struct table *t = &tables[c->table];
	if (is_list(c->table) || c->key > 0xffff) {
		claim_in_list(t, proto, c);
		return;
	}
	if (!t->direct)
		t->direct = calloc(0x10000, sizeof(*t->direct));
	if (t->direct[c->key]) {
		refuse_second(t->direct[c->key], proto, c);
		return;
	}
	t->direct[c->key] = proto;
}

static int by_type(const void *a, const void *b)
{
	const struct media *x = a, *y = b;
	return strcasecmp(x->type, y->type);
}

static void claim_media(const struct protocol *proto, const char *const *type)
{
	for (; type && *type; type++) {
		media_types = realloc(media_types, (nmedia_types + 1) * sizeof(*media_types));
		media_types[nmedia_types++] = (struct media) { *type, proto };
	}
}

static void sort_media(void)
{
	if (nmedia_types)
		qsort(media_types, nmedia_types, sizeof(*media_types), by_type);
	for (size_t i = 1; i < nmedia_types; i++)
		if (by_type(&media_types[i - 1], &media_types[i]) == 0 &&
			media_types[i - 1].proto != media_types[i].proto)
			snprintf(problem, sizeof(problem), "%s and %s both claim %s",
				media_types[i - 1].proto->name, media_types[i].proto->name,
				media_types[i].type);
}

static void check_record(const struct protocol *proto, const struct record *rec)
{
	if (rec->nfields > RECORD_FIELDS_MAX)
		snprintf(
			problem, sizeof(problem), "%s has more than %d fields", rec->name, RECORD_FIELDS_MAX);
	for (unsigned i = 0; i < rec->nfields; i++) {
		const struct field *f = &rec->fields[i];
		if (!f->name || !f->label) {
			snprintf(problem, sizeof(problem), "%s: field %u of %s has no name or label",
				proto->name, i, rec->name);
			return;
		}
		/* A layer's rare columns have a table of their own; rows of a child are one table. */
		if (f->part && rec->shape != RECORD_LAYER)
			snprintf(problem, sizeof(problem), "%s: %s is in a part, which only layers have",
				rec->name, f->name);
		for (unsigned k = 0; k < i; k++)
			if (strcmp(rec->fields[k].name, f->name) == 0 && !field_is_expert(f))
				snprintf(problem, sizeof(problem), "%s: two fields %s", rec->name, f->name);
	}
}

/* The protocol of that name: a dissector, or a bare name before the ith. */
static const struct protocol *known_as(const char *name, size_t i)
{
	for (size_t k = 1; k < protocols_count; k++)
		if (protocols[k] && strcmp(protocols[k]->name, name) == 0)
			return protocols[k];
	for (size_t k = 0; k < i; k++)
		if (strcmp(registry_named(k)->name, name) == 0)
			return registry_named(k);
	return NULL;
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
			snprintf(problem, sizeof(problem), "%s has more than %d records", p->name,
				RECORDS_PER_PROTOCOL);
		for (unsigned k = 0; k < p->nrecords; k++)
			check_record(p, &p->records[k]);
		for (const struct claim *c = p->claims; c && c->table; c++)
			claim(p, c);
		claim_media(p, p->media_types);
	}
	const struct protocol *p, *known;
	for (size_t i = 0; (p = registry_named(i)); i++) {
		/* A name that is only there for its media types gives them to the dissector of that name. */
		if (p >= named_media_protocols && p < named_media_protocols + named_media_protocols_count &&
			(known = known_as(p->name, i))) {
			claim_media(known, p->media_types);
			continue;
		}
		for (const struct claim *c = p->claims; c && c->table; c++)
			if (is_list(c->table) || !registry_find(c->table, c->key))
				claim(p, c); /* a dissector of our own wins over a bare name */
		claim_media(p, p->media_types);
		/* One name, one protocol: stacks are told apart by their texts. */
		for (size_t k = 0; k < i; k++)
			if (strcmp(registry_named(k)->name, p->name) == 0)
				snprintf(problem, sizeof(problem), "two protocols %s", p->name);
		for (size_t k = 1; k < protocols_count; k++)
			if (protocols[k] && strcmp(protocols[k]->name, p->name) == 0)
				snprintf(problem, sizeof(problem), "a dissector and a bare name %s", p->name);
	}
	sort_media();
}

const struct protocol *registry_named(size_t i)
{
	if (i < named_protocols_count)
		return &named_protocols[i];
	i -= named_protocols_count;
	if (i < named_udp_protocols_count)
		return &named_udp_protocols[i];
	i -= named_udp_protocols_count;
	if (i < named_tcp_protocols_count)
		return &named_tcp_protocols[i];
	i -= named_tcp_protocols_count;
	if (i < named_tcp_heuristic_protocols_count)
		return &named_tcp_heuristic_protocols[i];
	i -= named_tcp_heuristic_protocols_count;
	if (i < named_tcp_storage_protocols_count)
		return &named_tcp_storage_protocols[i];
	i -= named_tcp_storage_protocols_count;
	if (i < named_tcp_telecom_protocols_count)
		return &named_tcp_telecom_protocols[i];
	i -= named_tcp_telecom_protocols_count;
	return i < named_media_protocols_count ? &named_media_protocols[i] : NULL;
}

const char *registry_init(void)
{
	pthread_once(&once, build);
	return problem[0] ? problem : NULL;
}

const struct protocol *registry_find(enum claim_table table, uint32_t key)
{
	const struct table *t = &tables[table == CLAIM_ETHERTYPE_BARE ? CLAIM_ETHERTYPE : table];
	if (key <= 0xffff)
		return t->direct ? t->direct[key] : NULL;
	size_t low = 0, high = t->nlist;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (t->keys[mid] == key)
			return t->list[mid];
		if (t->keys[mid] < key)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct protocol *registry_media(const char *value, size_t len)
{
	size_t n = 0, low = 0, high = len ? nmedia_types : 0;
	while (n < len && value[n] && value[n] != ';' && value[n] != ' ' &&
		(value[n] < '\t' || value[n] > '\r'))
		n++;
	while (low < high) {
		size_t mid = (low + high) / 2;
		const char *type = media_types[mid].type;
		int order = strncasecmp(type, value, n);
		if (order == 0 && !type[n])
			return media_types[mid].proto;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct protocol *const *registry_heuristics(enum claim_table table, size_t *n)
{
	*n = tables[table].nlist;
	return tables[table].list;
}
