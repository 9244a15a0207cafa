/* QUIC: headers of packets, connections (RFC 9000, section 17; RFC 9369; drafts from 21 on).
 *
 *     long     +--------+--------------+---+---- - -+---+---- - -+--------------+--------+--------+---- - -
 *     header   |1FTTxxnn| version (4)  |len| dcid   |len| scid   | token (Init.)| length |number  | payload
 *              +--------+--------------+---+---- - -+---+---- - -+--------------+--------+--------+---- - -
 *     short    +--------+---- - -+--------+---- - -
 *     header   |0FSxxknn| dcid   |number  | payload
 *              +--------+---- - -+--------+---- - -
 *
 * F 1; T packet type; S spin bit; n length of the packet number; what is not fixed (x, k, n, number) is
 * masked by the header protection. Several packets may stand in a datagram, the last of them with a short
 * header. How long the connection id of a short header is, only the connection tells. Initial packets are
 * decrypted (quic_keys.c); all others stay what they are, octets. */
#include "indexer/dissectors/quic.h"

#include <string.h>

#include "indexer/dissectors/ids.h"

enum type { TYPE_INITIAL, TYPE_0RTT, TYPE_HANDSHAKE, TYPE_RETRY, TYPE_VERSION, TYPE_SHORT };

#define CONNECTIONS 4 /* kept per pair of ports; the oldest goes */

struct connection {
	bool used, keyed;
	bool initial_known; /* `initial` is set */
	uint8_t client;     /* the side that sent the first Initial packet */
	uint32_t version, number;
	struct quic_cid initial; /* that the client made up for the server */
	struct quic_cid own[2];  /* ids of client, server: what packets to them have as destination */
	uint64_t highest[2];     /* packet numbers of Initial packets from client, server */
	struct quic_keys keys[2];
};

struct quic_flow {
	uint8_t newest;
	struct connection connections[CONNECTIONS];
	struct quic_crypto crypto[2]; /* of the newest connection: from client, from server */
};

/* Connection ids of the whole capture: a client may go on from another address (RFC 9000, section 9). */
#define IDS     4096 /* a power of 2; what finds no place near its own is not remembered */
#define NEAR    8
#define MADE_UP 2 /* by the client for the server */

struct quic_capture {
	uint32_t connections;
	uint32_t lengths; /* bit n: there is an id of n octets */
	struct known {
		struct quic_cid id;
		uint8_t owner; /* 0 the client's, 1 the server's, MADE_UP */
		uint32_t number;
	} known[IDS];
};

static const struct protocol capture_key = { .name = "quic", .flow_size = sizeof(struct quic_capture) };

/* What a datagram's first packet told of all of them. */
struct datagram {
	struct quic_flow *flow;
	struct connection *connection; /* NULL unknown */
	bool from_server;
};

struct header {
	enum type type;
	uint32_t version;
	struct quic_cid dcid, scid;
};

/* ---- headers ---- */

static enum type long_type(uint8_t first, uint32_t version)
{
	unsigned type = first >> 4 & 3;
	return (enum type)(quic_is_v2(version) ? (type + 3) & 3 : type);
}

static void peek_cid(const struct cursor *c, uint32_t at, uint32_t len, struct quic_cid *cid)
{
	cid->len = 0;
	if (len > QUIC_CID_MAX || !cur_need_at(c, at, len))
		return;
	memcpy(cid->octets, c->data + at, len);
	cid->len = (uint8_t)len;
}

/* What tells the connection. False: the header is not all there. Of a short header the connection id is taken
 * as long as it can be. */
static bool peek_header(const struct cursor *c, struct header *h)
{
	*h = (struct header) { .type = TYPE_SHORT };
	if (!cur_need_at(c, 0, 1))
		return false;
	uint8_t first = c->data[0];
	if (!(first & 0x80)) {
		peek_cid(c, 1, QUIC_CID_MAX, &h->dcid);
		return !*c->fail;
	}
	if (!cur_need_at(c, 1, 5))
		return false;
	h->version = be32(c->data + 1);
	h->type = h->version ? long_type(first, h->version) : TYPE_VERSION;
	uint32_t len = c->data[5];
	peek_cid(c, 6, len, &h->dcid);
	if (!cur_need_at(c, 6 + len, 1))
		return false;
	peek_cid(c, 7 + len, c->data[6 + len], &h->scid);
	return !*c->fail;
}

/* ---- connections ---- */

static bool same(const struct quic_cid *a, const struct quic_cid *b)
{
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/* Does `id` begin with `known`? An id without octets fits all. */
static bool fits(const struct quic_cid *id, const struct quic_cid *known)
{
	return id->len >= known->len && memcmp(id->octets, known->octets, known->len) == 0;
}

static bool sent_by_server(const struct packet *pkt, const struct connection *k)
{
	return pkt_side(pkt) != k->client;
}

/* By its destination connection id; without one, by its ports. */
static struct connection *by_dcid(
	const struct packet *pkt, struct quic_flow *flow, const struct header *h, bool *from_server)
{
	struct connection *k = NULL;
	if (h->dcid.len == 0) {
		k = &flow->connections[flow->newest];
		*from_server = sent_by_server(pkt, k);
		return k->used ? k : NULL;
	}
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		k = &flow->connections[(flow->newest + CONNECTIONS - i) % CONNECTIONS];
		if (!k->used)
			continue;
		bool to_client = same(&h->dcid, &k->own[0]), to_server = same(&h->dcid, &k->own[1]);
		if (to_client || to_server) {
			*from_server = to_client && to_server ? sent_by_server(pkt, k) : to_client;
			return k;
		}
		if (h->type == TYPE_INITIAL && k->initial_known && same(&h->dcid, &k->initial)) {
			*from_server = false;
			return k;
		}
	}
	return NULL;
}

/* ---- ids of the capture ---- */

static uint32_t place(const struct quic_cid *id)
{
	uint32_t hash = 2166136261; /* FNV-1a */
	for (unsigned i = 0; i < id->len; i++)
		hash = (hash ^ id->octets[i]) * 16777619;
	return (hash ^ hash >> 15) % IDS;
}

static void remember(struct packet *pkt, const struct connection *k, uint8_t owner)
{
	struct quic_capture *all = pkt_capture_flow(pkt, &capture_key);
	const struct quic_cid *id = owner == MADE_UP ? &k->initial : &k->own[owner];
	if (!all || id->len == 0)
		return;
	if (owner != MADE_UP)
		all->lengths |= UINT32_C(1) << id->len;
	for (uint32_t i = 0, at = place(id); i < NEAR; i++, at = (at + 1) % IDS) {
		struct known *e = &all->known[at];
		if (e->id.len == 0 || (same(&e->id, id) && e->owner == owner)) {
			*e = (struct known) { *id, owner, k->number };
			return;
		}
	}
}

static const struct known *recall(const struct quic_capture *all, const struct quic_cid *id, bool made_up)
{
	for (uint32_t i = 0, at = place(id); i < NEAR; i++, at = (at + 1) % IDS)
		if (same(&all->known[at].id, id) && (all->known[at].owner == MADE_UP) == made_up)
			return &all->known[at];
	return NULL;
}

/* A connection that comes from elsewhere goes on in this conversation. */
static struct connection *adopt(
	struct packet *pkt, const struct quic_capture *all, struct quic_flow *flow, const struct known *found)
{
	unsigned side = pkt_side(pkt);
	flow->newest = (uint8_t)((flow->newest + 1) % CONNECTIONS);
	struct connection *k = &flow->connections[flow->newest];
	*k = (struct connection) { .used = true, .number = found->number };
	memset(flow->crypto, 0, sizeof(flow->crypto));
	k->client = (uint8_t)(found->owner ? side : !side);
	for (const struct known *e = all->known; e < all->known + IDS; e++) {
		if (e->id.len == 0 || e->number != found->number)
			continue;
		if (e->owner == MADE_UP)
			k->initial = e->id;
		else
			k->own[e->owner] = e->id;
	}
	k->initial_known = k->initial.len != 0;
	return k;
}

/* How long the id of a short header is, the ids tell that are known: the longest that fits. */
static struct connection *by_prefix(
	struct packet *pkt, struct quic_flow *flow, const struct header *h, bool *from_server)
{
	struct quic_cid id = h->dcid;
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct connection *k = &flow->connections[i];
		for (unsigned owner = 0; k->used && owner < 2; owner++)
			if (k->own[owner].len && fits(&id, &k->own[owner])) {
				*from_server = owner == 0;
				return k;
			}
	}
	struct quic_capture *all = pkt_capture_flow(pkt, &capture_key);
	for (; all && id.len; id.len--) {
		const struct known *e = all->lengths >> id.len & 1 ? recall(all, &id, false) : NULL;
		if (e) {
			*from_server = e->owner == 0;
			return adopt(pkt, all, flow, e);
		}
	}
	return NULL;
}

/* A long header whose id belongs to a connection of other addresses. */
static struct connection *elsewhere(
	struct packet *pkt, struct quic_flow *flow, const struct header *h, bool *from_server)
{
	struct quic_capture *all = pkt_capture_flow(pkt, &capture_key);
	const struct known *e = NULL;
	if (all && h->type != TYPE_0RTT)
		e = recall(all, &h->dcid, false);
	if (all && !e && (h->type == TYPE_INITIAL || h->type == TYPE_0RTT))
		e = recall(all, &h->dcid, true);
	if (!e)
		return NULL;
	*from_server = e->owner == 0;
	struct connection *k = adopt(pkt, all, flow, e);
	k->version = h->version;
	return k;
}

static struct connection *find(
	struct packet *pkt, struct quic_flow *flow, const struct header *h, bool *from_server)
{
	*from_server = false;
	if (h->type == TYPE_0RTT && h->dcid.len) {
		for (unsigned i = 0; i < CONNECTIONS; i++)
			if (flow->connections[i].initial_known &&
				same(&flow->connections[i].initial, &h->dcid))
				return &flow->connections[i];
		return elsewhere(pkt, flow, h, from_server);
	}
	if (h->type != TYPE_SHORT) {
		struct connection *k = by_dcid(pkt, flow, h, from_server);
		return k || h->dcid.len == 0 ? k : elsewhere(pkt, flow, h, from_server);
	}
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct connection *k = &flow->connections[(flow->newest + CONNECTIONS - i) % CONNECTIONS];
		if (!k->used)
			continue;
		*from_server = sent_by_server(pkt, k);
		if (fits(&h->dcid, &k->own[!*from_server]))
			return k;
	}
	return by_prefix(pkt, flow, h, from_server);
}

static void begin(struct connection *k, const struct header *h)
{
	if (h->scid.len)
		k->own[0] = h->scid;
	if (h->dcid.len) {
		k->initial = h->dcid;
		k->initial_known = true;
	}
}

static struct connection *create(struct packet *pkt, struct quic_flow *flow, const struct header *h)
{
	flow->newest = (uint8_t)((flow->newest + 1) % CONNECTIONS);
	struct connection *k = &flow->connections[flow->newest];
	struct quic_capture *all = pkt_capture_flow(pkt, &capture_key);
	*k = (struct connection) { .used = true, .version = h->version, .client = (uint8_t)pkt_side(pkt) };
	k->number = all ? all->connections++ : 0;
	memset(flow->crypto, 0, sizeof(flow->crypto));
	begin(k, h);
	remember(pkt, k, 0);
	remember(pkt, k, MADE_UP);
	return k;
}

/* What the packet tells of its connection (RFC 9000, section 7.2). */
static void learn(struct packet *pkt, struct datagram *d, const struct header *h)
{
	struct connection *k = d->connection;
	if (h->type == TYPE_INITIAL && !d->from_server) {
		if (!k) {
			d->connection = create(pkt, d->flow, h);
		} else if (!k->initial_known && h->dcid.len) {
			/* after a Retry packet: as at first, with the id that the server asked for */
			begin(k, h);
			k->keyed = false;
			remember(pkt, k, 0);
			remember(pkt, k, MADE_UP);
			k->own[1].len = 0;
		}
		return;
	}
	if (!k || !d->from_server ||
		(h->type != TYPE_INITIAL && h->type != TYPE_RETRY && h->type != TYPE_HANDSHAKE))
		return;
	if (h->type == TYPE_RETRY)
		k->initial_known = false;
	if (k->own[1].len == 0) {
		k->own[1] = h->scid;
		remember(pkt, k, 1);
	}
}

/* ---- Initial packets ---- */

static bool prepare_keys(struct connection *k, const struct header *h, bool from_server)
{
	if (!from_server && k->initial_known && same(&h->dcid, &k->initial)) {
		if (!k->keyed)
			k->keyed = quic_initial_keys(k->keys, k->version, &k->initial);
	} else if (from_server && h->version != k->version) {
		/* RFC 9368: the server chose another version that fits. */
		k->version = h->version;
		k->keyed = quic_initial_keys(k->keys, k->version, &k->initial);
	}
	return k->keyed;
}

/* RFC 9000, appendix A.3. */
static uint64_t whole_number(uint64_t highest, uint32_t truncated, unsigned bits)
{
	uint64_t window = UINT64_C(1) << bits, expected = highest + 1,
		 near = (expected & ~(window - 1)) | truncated, next = near + window;
	uint64_t below = expected < near ? near - expected : expected - near, above = next - expected;
	return below < above ? near : next;
}

#define HEADER_MAX 1500 /* octets that a header may have to be authenticated: token and all */

/* Take the protection off the packet number at c->pos and decrypt what follows. What is not encrypted with
 * these keys, or was captured in part only, stays octets. */
static void initial(
	struct packet *pkt, const struct datagram *d, struct row *r, struct cursor *c, const struct header *h)
{
	struct connection *k = d->connection;
	struct quic_keys *keys = &k->keys[d->from_server];
	uint8_t mask[5], header[HEADER_MAX], plain[65536];
	uint32_t at = c->pos, number = 0;
	uint64_t v;
	if (!prepare_keys(k, h, d->from_server) || !cur_peek(c, 19, 1, &v) ||
		!quic_header_mask(keys, c->data + at + 4, mask))
		return;
	uint8_t first = (uint8_t)(c->data[0] ^ (mask[0] & 15));
	unsigned n = (first & 3U) + 1;
	for (unsigned i = 0; i < n; i++)
		number = number << 8 | (uint8_t)(c->data[at + i] ^ mask[1 + i]);
	uint64_t whole = whole_number(k->highest[d->from_server], number, 8 * n);
	row_set_at(r, QUIC_CLEAR, first, c->data, 1);
	struct cursor payload = *c;
	cur_skip(&payload, n);
	uint32_t len = cur_left(&payload), header_len = at + n;
	if (cur_avail(&payload) < len || len < QUIC_TAG || header_len > HEADER_MAX || len > sizeof(plain))
		return;
	memcpy(header, c->data, header_len);
	header[0] = first;
	for (unsigned i = 0; i < n; i++)
		header[at + i] = (uint8_t)(number >> 8 * (n - 1 - i));
	len -= QUIC_TAG;
	if (!quic_open(keys, whole, header, header_len, payload.data + payload.pos, len, plain))
		return;
	row_set_at(r, QUIC_PACKET_NUMBER, (int64_t)whole, c->data + at, n);
	info_add(pkt, ", PKN: %llu", (unsigned long long)whole);
	cur_skip(c, n);
	row_bytes(r, QUIC_PAYLOAD, c, cur_left(c));
	k->highest[d->from_server] = whole;
	struct cursor frames = { plain, 0, len, len, &pkt->fail };
	quic_frames(pkt, &frames,
		k == &d->flow->connections[d->flow->newest] ? &d->flow->crypto[d->from_server] : NULL,
		k->version);
}

/* ---- packets ---- */

static uint64_t row_integer(struct row *r, unsigned field, struct cursor *c)
{
	uint64_t first;
	if (!cur_peek(c, 0, 1, &first))
		return cur_be(c, 1);
	unsigned n = 1U << (first >> 6);
	const uint8_t *at = c->data + c->pos;
	uint64_t v = cur_be(c, n) & (UINT64_MAX >> (66 - 8 * n));
	row_set_at(r, field, (int64_t)v, at, n);
	return v;
}

/* How many octets of the datagram belong to the packet that begins at c->pos (RFC 9000, section 12.2). */
static uint32_t packet_length(const struct cursor *c, uint8_t first)
{
	struct cursor p = *c;
	uint32_t left = cur_left(c);
	if (!(first & 0x80))
		return left;
	cur_skip(&p, 1);
	uint32_t version = (uint32_t)cur_be(&p, 4);
	enum type type = long_type(first, version);
	if (version == 0 || type == TYPE_RETRY)
		return left;
	for (unsigned i = 0; i < 2; i++)
		cur_skip(&p, (uint32_t)cur_be(&p, 1));
	for (unsigned i = type == TYPE_INITIAL ? 0 : 1; i < 2; i++) {
		uint64_t octet;
		if (!cur_peek(&p, 0, 1, &octet))
			return cur_be(&p, 1), left;
		unsigned n = 1U << (octet >> 6);
		uint64_t v = cur_be(&p, n) & (UINT64_MAX >> (66 - 8 * n));
		cur_skip(&p, v > UINT32_MAX ? UINT32_MAX : (uint32_t)v);
	}
	uint32_t len = p.pos - c->pos;
	return len < left ? len : left;
}

static void inform_cid(struct packet *pkt, const char *label, const struct cursor *c, uint32_t len)
{
	if (!pkt->info || !len || !cur_need_at(c, c->pos, len))
		return;
	info_add(pkt, ", %s=", label);
	for (uint32_t i = 0; i < len; i++)
		info_add(pkt, "%02x", c->data[c->pos + i]);
}

static void row_cids(struct packet *pkt, struct row *r, struct cursor *c)
{
	uint32_t len = (uint32_t)row_be(r, QUIC_DCIL, c, 1);
	inform_cid(pkt, "DCID", c, len);
	row_bytes(r, QUIC_DCID, c, len);
	len = (uint32_t)row_be(r, QUIC_SCIL, c, 1);
	inform_cid(pkt, "SCID", c, len);
	row_bytes(r, QUIC_SCID, c, len);
}

static void retry(struct row *r, struct cursor *c, uint32_t version)
{
	/* Up to draft 24 the id that is answered is told instead of authenticated. */
	uint8_t draft = quic_draft(version);
	bool told = draft && draft <= 24;
	if (told)
		row_bytes(r, QUIC_ODCID, c, (uint32_t)row_be(r, QUIC_ODCIL, c, 1));
	uint32_t left = cur_left(c);
	row_bytes(r, QUIC_RETRY_TOKEN, c, !told && left >= QUIC_TAG ? left - QUIC_TAG : left);
	if (!told)
		row_bytes(r, QUIC_RETRY_TAG, c, QUIC_TAG);
}

static void long_packet(struct packet *pkt, const struct datagram *d, struct row *r, struct cursor *c)
{
	struct header h;
	uint8_t first = c->data[0];
	/* These two are read as far as they go. */
	if (!peek_header(c, &h) && (h.type == TYPE_VERSION || h.type == TYPE_RETRY))
		pkt->fail = CUR_OK;
	bool v2 = quic_is_v2(h.version);
	enum quic_kind kind = v2 ? QUIC_KIND_LONG_V2 : QUIC_KIND_LONG;
	if (h.type == TYPE_VERSION)
		kind = QUIC_KIND_VERSION;
	else if (h.type == TYPE_RETRY)
		kind = v2 ? QUIC_KIND_RETRY_V2 : QUIC_KIND_RETRY;
	row_set(r, QUIC_KIND, kind);
	row_set_at(r, QUIC_FIRST, first, c->data, 1);
	cur_skip(c, 1);
	row_be(r, QUIC_VERSION, c, 4);
	static const char *const names[] = { "Initial", "0-RTT", "Handshake", "Retry",
		"Version Negotiation" };
	info_set(pkt, "%s", names[h.type]);
	row_cids(pkt, r, c);
	if (h.type == TYPE_VERSION) {
		while (cur_left(c))
			row_be(row_open(pkt, &proto_quic, QUIC_REC_VERSION), 0, c, 4);
		return;
	}
	if (h.type == TYPE_RETRY) {
		retry(r, c, h.version);
		return;
	}
	if (h.type == TYPE_INITIAL) {
		uint64_t token = row_integer(r, QUIC_TOKEN_LENGTH, c);
		row_bytes(r, QUIC_TOKEN, c, token > UINT32_MAX ? UINT32_MAX : (uint32_t)token);
	}
	row_integer(r, QUIC_LENGTH, c);
	if (h.type == TYPE_INITIAL && d->connection && !pkt->fail)
		initial(pkt, d, r, c, &h);
	row_bytes_avail(r, QUIC_REMAINING, c, cur_left(c));
}

static void short_packet(struct packet *pkt, const struct datagram *d, struct row *r, struct cursor *c)
{
	info_set(pkt, "%s", "Protected Payload (KP0)");
	row_set(r, QUIC_KIND, QUIC_KIND_SHORT);
	row_be(r, QUIC_FIRST, c, 1);
	if (d->connection)
		inform_cid(pkt, "DCID", c, d->connection->own[!d->from_server].len);
	if (d->connection)
		row_bytes(r, QUIC_DCID, c, d->connection->own[!d->from_server].len);
	row_bytes_avail(r, QUIC_REMAINING, c, cur_left(c));
}

/* All packets of a datagram have one destination (RFC 9000, section 12.2): what has another one is padding.
 */
static bool same_destination(
	const struct datagram *d, const struct cursor *c, struct quic_cid *first, bool is_first)
{
	struct quic_cid id = { 0 };
	if (!(c->data[0] & 0x80) && !d->connection)
		return true;
	if (!(c->data[0] & 0x80))
		peek_cid(c, 1, d->connection->own[!d->from_server].len, &id);
	else if (cur_need_at(c, 5, 1))
		peek_cid(c, 6, c->data[5], &id);
	if (is_first)
		*first = id;
	return is_first || same(first, &id);
}

static enum verdict quic_message(struct packet *pkt, struct cursor *c)
{
	struct header h;
	struct datagram d = { .flow = pkt_flow(pkt, &proto_quic) };
	struct quic_cid first = { 0 };
	if (!peek_header(c, &h)) {
		pkt->fail = CUR_OK; /* nothing is known of the connection then */
	} else if (d.flow) {
		d.connection = find(pkt, d.flow, &h, &d.from_server);
		learn(pkt, &d, &h);
	}
	for (bool is_first = true; cur_left(c); is_first = false) {
		if (!cur_need(c, 1))
			return MINE;
		uint8_t octet = c->data[c->pos];
		uint32_t start = c->pos, length = packet_length(c, octet);
		if (pkt->fail)
			length = c->len - start;
		if (is_first)
			pkt_item_len(pkt, length);
		else
			pkt_item(pkt, &proto_quic, length);
		if (pkt->fail)
			return MINE;
		struct cursor p = cur_sub(c, length);
		if (!same_destination(&d, &p, &first, is_first) || pkt->fail)
			return MINE;
		struct row *r = row_open(pkt, &proto_quic, QUIC_REC_PACKET);
		row_set(r, QUIC_LENGTH_ALL, length);
		if (d.connection && is_first)
			row_set(r, QUIC_NUMBER, d.connection->number);
		if (!(octet & 0x80))
			short_packet(pkt, &d, r, &p);
		else
			long_packet(pkt, &d, r, &p);
		/* Nothing can be told of what follows these. */
		if (octet & 0x80) {
			uint32_t version = be32(p.data + 1);
			if (version == 0 || (version & 0x0f0f0f0f) == 0x0a0a0a0a)
				return MINE;
		}
	}
	return MINE;
}

/* Without a conversation that is known to speak QUIC: a long header of a version that is known, or a short
 * one with an id that was seen in another conversation. */
static bool plausible(struct packet *pkt, const struct cursor *c)
{
	if (c->cap < 13)
		return false;
	if (!(c->data[0] & 0x80)) {
		struct quic_capture *all = pkt_capture_flow(pkt, &capture_key);
		struct quic_cid id = { 0 };
		if (!all || all->lengths == 0 || c->cap < 1 + 1 + 1 + QUIC_TAG)
			return false;
		peek_cid(c, 1, c->cap - 18 < QUIC_CID_MAX ? c->cap - 18 : QUIC_CID_MAX, &id);
		for (; id.len; id.len--)
			if (all->lengths >> id.len & 1 && recall(all, &id, false))
				return true;
		return false;
	}
	if (quic_draft(be32(c->data + 1)) < 11)
		return false;
	uint32_t dcid = c->data[5];
	return dcid <= QUIC_CID_MAX && 6 + dcid < c->cap && c->data[6 + dcid] <= QUIC_CID_MAX;
}

static enum verdict quic_dissect(struct packet *pkt, struct cursor *c)
{
	if (!pkt_spoken(pkt, &proto_quic)) {
		if (!plausible(pkt, c))
			return NOT_MINE;
		pkt_speak(pkt, &proto_quic);
	}
	return quic_message(pkt, c);
}

/* Place among the heuristics: see CLAIM_HEUR_UDP. */
static const struct claim quic_claims[] = { { CLAIM_HEUR_UDP, 320 }, { 0 } };

const struct protocol proto_quic = {
	.name = "quic",
	.title = "QUIC IETF",
	.column = "QUIC",
	.spec = "RFC 9000",
	.help = "Carries encrypted streams over UDP: the transport below HTTP/3.",
	.id = PROTO_ID_quic,
	.records = quic_records,
	.nrecords = QUIC_REC_COUNT,
	.claims = quic_claims,
	.dissect = quic_dissect,
	.flow_size = sizeof(struct quic_flow),
};
