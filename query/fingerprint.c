#include "query/fingerprint.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/store/raw.h"

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_ARP = 0x0806, ETHERTYPE_IPV6 = 0x86dd };
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276
};
enum { IP_TCP = 6, IP_UDP = 17 };
#define ARP_OCTETS 28 /* of IPv4 over Ethernet (RFC 826); what follows is padding */

static unsigned be16(const uint8_t *p)
{
	return (unsigned)(p[0] << 8 | p[1]);
}

/* FNV-1a with a last mix, so that all bits of the result depend on all octets. */
static uint64_t hash_octets(uint64_t h, const uint8_t *p, size_t n)
{
	for (; n; n--)
		h = (h ^ *p++) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t hash_end(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	return h ^ h >> 33;
}

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

/* Where the network layer begins, and its Ethertype (0: none that is known). */
static size_t network_layer(uint16_t link_type, const uint8_t *p, size_t n, unsigned *type)
{
	size_t at = 0;
	*type = 0;
	switch (link_type) {
	case LINK_ETHERNET:
		for (at = 12; at + 4 <= n; at += 4) {
			*type = be16(p + at);
			if (*type != 0x8100 && *type != 0x88a8 && *type != 0x9100)
				break;
		}
		at += 2;
		break;
	case LINK_SLL:
		if (n >= 16)
			*type = be16(p + 14);
		at = 16;
		break;
	case LINK_SLL2:
		if (n >= 20)
			*type = be16(p);
		at = 20;
		break;
	case LINK_NULL:
	case LINK_LOOP:
		at = 4;
		break;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		break;
	default:
		return 0;
	}
	if (at > n) {
		*type = 0;
		return 0;
	}
	if (link_type != LINK_ETHERNET && link_type != LINK_SLL && link_type != LINK_SLL2 && at < n)
		*type = p[at] >> 4 == 4 ? ETHERTYPE_IPV4 : p[at] >> 4 == 6 ? ETHERTYPE_IPV6 : 0;
	return at;
}

/* Hosts leave the checksums of TCP and UDP to their network card: a capture of what they send has other ones.
 */
static void forget_checksum(uint8_t *p, size_t n, size_t at, unsigned protocol)
{
	size_t sum = protocol == IP_TCP ? at + 16 : protocol == IP_UDP ? at + 6 : n;
	if (sum + 2 <= n)
		memset(p + sum, 0, 2);
}

/* What routers change is taken out: type of service, time to live, header checksum (RFC 791). The octets of
 * the packet, without padding behind it. */
static size_t plain_ipv4(uint8_t *p, size_t n, bool *group)
{
	size_t header = (size_t)(p[0] & 15) * 4, total = be16(p + 2);
	bool first = (be16(p + 6) & 0x1fff) == 0;
	*group = p[16] >= 224 || p[19] == 255;
	if (total >= 20 && total < n)
		n = total;
	p[1] = p[8] = p[10] = p[11] = 0;
	if (first && header >= 20 && header <= n)
		forget_checksum(p, n, header, p[9]);
	return n;
}

/* Traffic class, flow label, hop limit (RFC 8200). */
static size_t plain_ipv6(uint8_t *p, size_t n, bool *group)
{
	size_t total = 40 + be16(p + 4);
	*group = p[24] == 0xff;
	if (total > 40 && total < n)
		n = total;
	p[0] = 0x60;
	p[1] = p[2] = p[3] = p[7] = 0;
	forget_checksum(p, n, 40, p[6]);
	return n;
}

static unsigned variety(const uint8_t *p, size_t n)
{
	uint64_t seen[4] = { 0 };
	unsigned sum = 0;
	for (size_t i = 0; i < n; i++)
		seen[p[i] >> 6] |= UINT64_C(1) << (p[i] & 63);
	for (int i = 0; i < 4; i++)
		sum += (unsigned)__builtin_popcountll(seen[i]);
	return sum;
}

void fingerprint_of(
	struct fingerprint *out, uint16_t link_type, const uint8_t *data, uint32_t cap_len, uint32_t len)
{
	uint8_t packet[FINGERPRINT_OCTETS];
	unsigned type;
	bool group = true;
	size_t at = network_layer(link_type, data, cap_len, &type);
	size_t n = cap_len - at < sizeof(packet) ? cap_len - at : sizeof(packet);
	const uint8_t wire[4] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
		(uint8_t)len };
	uint8_t kind[2] = { (uint8_t)(type >> 8), (uint8_t)type };
	memcpy(packet, data + at, n);
	if (type == ETHERTYPE_IPV4 && n >= 20 && packet[0] >> 4 == 4)
		n = plain_ipv4(packet, n, &group);
	else if (type == ETHERTYPE_IPV6 && n >= 40 && packet[0] >> 4 == 6)
		n = plain_ipv6(packet, n, &group);
	else if (type == ETHERTYPE_ARP && n > ARP_OCTETS)
		n = ARP_OCTETS;
	out->hash = hash_end(hash_octets(hash_octets(HASH_BEGIN, kind, 2), packet, n));
	out->link = (uint32_t)hash_end(hash_octets(hash_octets(HASH_BEGIN, wire, 4), data,
		cap_len < FINGERPRINT_OCTETS ? cap_len : FINGERPRINT_OCTETS));
	out->chatter = group || variety(packet, n) < FINGERPRINT_VARIETY;
}

/* ---- all frames ---- */

#define PIECE 32768 /* frames that a thread takes at once */

struct piece {
	uint32_t capture;
	int64_t first_frame, frames; /* ids */
	size_t at;                   /* of the first one's fingerprint */
};

struct reading {
	const struct session *session;
	struct fingerprint *out;
	struct piece *pieces;
	size_t npieces;
	atomic_size_t next;
	atomic_bool failed;
};

struct thread_state {
	sqlite3 *db;
	sqlite3_stmt *frames;
	struct raw *raw;
};

static const char frames_sql[] =
	"SELECT f.frame_id, f.time, f.len, coalesce(f.caplen, f.len), f.offset, coalesce(i.link_type, -1)\n"
	"FROM t_frame f LEFT JOIN interface i ON i.capture_id = ?3 AND i.number = f.interface\n"
	"WHERE f.frame_id BETWEEN ?1 AND ?2 ORDER BY f.frame_id";

static int read_piece(struct reading *r, struct thread_state *t, const struct piece *p)
{
	const struct selected_capture *c = &r->session->captures[p->capture];
	struct fingerprint *out = &r->out[p->at];
	int rc;
	sqlite3_reset(t->frames);
	sqlite3_bind_int64(t->frames, 1, p->first_frame);
	sqlite3_bind_int64(t->frames, 2, p->first_frame + p->frames - 1);
	sqlite3_bind_int64(t->frames, 3, c->id);
	while ((rc = sqlite3_step(t->frames)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(t->frames, 0);
		uint32_t cap_len = (uint32_t)sqlite3_column_int64(t->frames, 3);
		const uint8_t *data =
			raw_read(t->raw, c->id, (uint64_t)sqlite3_column_int64(t->frames, 4), cap_len);
		if (!data)
			return complain(-1, "%s: %s: %s", r->session->path, c->name, raw_error(t->raw));
		if (id - p->first_frame >= p->frames)
			break;
		struct fingerprint *f = &out[id - p->first_frame];
		fingerprint_of(f, (uint16_t)sqlite3_column_int(t->frames, 5), data, cap_len,
			(uint32_t)sqlite3_column_int64(t->frames, 2));
		f->time_ns = sqlite3_column_int64(t->frames, 1);
		f->capture = p->capture;
		f->number = (uint32_t)(id - c->first_frame + 1);
	}
	return rc == SQLITE_DONE ? 0 : complain(-1, "%s: %s", r->session->path, archive_error(t->db));
}

static void *read_pieces(void *arg)
{
	struct reading *r = arg;
	struct thread_state t = { 0 };
	char message[512];
	/* A server's captures come over the one connection that there is. */
	bool server = r->session->shown, good = true;
	if (server)
		t.db = r->session->db;
	else if (!(good = archive_open(&t.db, r->session->path, ARCHIVE_READ, message) == ARCHIVE_OK))
		complain(0, "%s", message);
	good = good && sqlite3_prepare_v2(t.db, frames_sql, -1, &t.frames, NULL) == SQLITE_OK &&
	       (t.raw = raw_open(t.db));
	while (good && !r->failed) {
		size_t i = r->next++;
		if (i >= r->npieces)
			break;
		good = read_piece(r, &t, &r->pieces[i]) == 0;
	}
	if (!good)
		r->failed = true;
	sqlite3_finalize(t.frames);
	raw_close(t.raw);
	if (!server)
		sqlite3_close(t.db);
	return NULL;
}

static size_t cut(const struct session *s, struct piece *pieces, size_t *total)
{
	size_t n = 0;
	*total = 0;
	for (unsigned i = 0; i < s->ncaptures; i++)
		for (int64_t at = 0; at < s->captures[i].frames; at += PIECE, n++) {
			int64_t left = s->captures[i].frames - at, frames = left < PIECE ? left : PIECE;
			if (pieces)
				pieces[n] =
					(struct piece) { i, s->captures[i].first_frame + at, frames, *total };
			*total += (size_t)frames;
		}
	return n;
}

struct fingerprint *fingerprints_read(const struct session *s, unsigned threads, size_t *n)
{
	pthread_t ids[64];
	unsigned started = 0;
	struct reading r = { .session = s };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	r.npieces = cut(s, NULL, n);
	r.pieces = calloc(r.npieces + 1, sizeof(*r.pieces));
	r.out = calloc(*n + 1, sizeof(*r.out));
	if (!threads)
		threads = processors > 0 ? (unsigned)processors : 1;
	if (s->shown)
		threads = 1;
	if (threads > r.npieces)
		threads = (unsigned)r.npieces;
	if (r.pieces && r.out) {
		cut(s, r.pieces, n);
		while (started < 64 && started + 1 < threads &&
			pthread_create(&ids[started], NULL, read_pieces, &r) == 0)
			started++;
		read_pieces(&r);
		while (started)
			pthread_join(ids[--started], NULL);
	} else {
		r.failed = true;
		complain(0, "out of memory");
	}
	free(r.pieces);
	if (r.failed) {
		free(r.out);
		return NULL;
	}
	return r.out;
}
