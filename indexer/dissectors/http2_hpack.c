/* Header compression of HTTP/2, HPACK (RFC 7541): a static table, a dynamic one for each direction, Huffman
 * codes.
 *
 *     1xxxxxxx                 an entry of the tables
 *     01xxxxxx                 a literal that becomes an entry
 *     0000xxxx, 0001xxxx       a literal that does not, that never may
 *     001xxxxx                 the dynamic table's new size
 *
 * x is the beginning of an integer: with all bits set it goes on in the next octets (section 5.1). */
#include <string.h>

#include "indexer/dissectors/http2.h"

/* Appendix A; index 1 is the first. */
/* clang-format off */
static const struct {
	const char *name, *value;
} static_table[] = {
	{ ":authority", "" }, { ":method", "GET" }, { ":method", "POST" }, { ":path", "/" },
	{ ":path", "/index.html" }, { ":scheme", "http" }, { ":scheme", "https" }, { ":status", "200" },
	{ ":status", "204" }, { ":status", "206" }, { ":status", "304" }, { ":status", "400" },
	{ ":status", "404" }, { ":status", "500" }, { "accept-charset", "" },
	{ "accept-encoding", "gzip, deflate" }, { "accept-language", "" }, { "accept-ranges", "" },
	{ "accept", "" }, { "access-control-allow-origin", "" }, { "age", "" }, { "allow", "" },
	{ "authorization", "" }, { "cache-control", "" }, { "content-disposition", "" },
	{ "content-encoding", "" }, { "content-language", "" }, { "content-length", "" },
	{ "content-location", "" }, { "content-range", "" }, { "content-type", "" }, { "cookie", "" },
	{ "date", "" }, { "etag", "" }, { "expect", "" }, { "expires", "" }, { "from", "" },
	{ "host", "" }, { "if-match", "" }, { "if-modified-since", "" }, { "if-none-match", "" },
	{ "if-range", "" }, { "if-unmodified-since", "" }, { "last-modified", "" }, { "link", "" },
	{ "location", "" }, { "max-forwards", "" }, { "proxy-authenticate", "" },
	{ "proxy-authorization", "" }, { "range", "" }, { "referer", "" }, { "refresh", "" },
	{ "retry-after", "" }, { "server", "" }, { "set-cookie", "" },
	{ "strict-transport-security", "" }, { "transfer-encoding", "" }, { "user-agent", "" },
	{ "vary", "" }, { "via", "" }, { "www-authenticate", "" },
};
/* clang-format on */
#define STATIC_ENTRIES (sizeof(static_table) / sizeof(*static_table))

/* ---- Huffman code, appendix B ---- */

/* It is canonical: codes of a length follow each other, in the order of these symbols. */
static const struct {
	uint8_t bits;
	uint32_t first; /* code */
	uint16_t at, n; /* in symbols[] */
} lengths[] = { { 5, 0x0, 0, 10 }, { 6, 0x14, 10, 26 }, { 7, 0x5c, 36, 32 }, { 8, 0xf8, 68, 6 },
	{ 10, 0x3f8, 74, 5 }, { 11, 0x7fa, 79, 3 }, { 12, 0xffa, 82, 2 }, { 13, 0x1ff8, 84, 6 },
	{ 14, 0x3ffc, 90, 2 }, { 15, 0x7ffc, 92, 3 }, { 19, 0x7fff0, 95, 3 }, { 20, 0xfffe6, 98, 8 },
	{ 21, 0x1fffdc, 106, 13 }, { 22, 0x3fffd2, 119, 26 }, { 23, 0x7fffd8, 145, 29 },
	{ 24, 0xffffea, 174, 12 }, { 25, 0x1ffffec, 186, 4 }, { 26, 0x3ffffe0, 190, 15 },
	{ 27, 0x7ffffde, 205, 19 }, { 28, 0xfffffe2, 224, 29 }, { 30, 0x3ffffffc, 253, 4 } };

/* clang-format off */
static const uint16_t symbols[257] = {
	48, 49, 50, 97, 99, 101, 105, 111, 115, 116, 32, 37, 45, 46, 47, 51, 52, 53, 54, 55, 56, 57, 61,
	65, 95, 98, 100, 102, 103, 104, 108, 109, 110, 112, 114, 117, 58, 66, 67, 68, 69, 70, 71, 72, 73,
	74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89, 106, 107, 113, 118, 119, 120, 121,
	122, 38, 42, 44, 59, 88, 90, 33, 34, 40, 41, 63, 39, 43, 124, 35, 62, 0, 36, 64, 91, 93, 126, 94,
	125, 60, 96, 123, 92, 195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176,
	177, 179, 209, 216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164,
	169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198, 228, 232, 233, 1, 135, 137, 138, 139,
	140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182, 183,
	188, 191, 197, 231, 239, 9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237, 199, 207, 234,
	235, 192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255, 203, 204, 211,
	212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254, 2, 3, 4, 5, 6, 7,
	8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249, 10,
	13, 22, 256,
};
/* clang-format on */

/* Gives the length of the text, at most 8/5 of n; SIZE_MAX: no such code. */
static size_t unhuffman(uint8_t *out, const uint8_t *p, uint32_t n)
{
	uint64_t held = 0; /* bits that are read, the oldest highest */
	unsigned nheld = 0;
	size_t used = 0;
	for (;;) {
		while (nheld <= 48 && n) {
			held = held << 8 | *p++;
			nheld += 8;
			n--;
		}
		size_t i = 0;
		for (; i < sizeof(lengths) / sizeof(*lengths); i++) {
			unsigned bits = lengths[i].bits;
			if (bits > nheld)
				break;
			uint32_t code = (uint32_t)(held >> (nheld - bits)) & ((UINT32_C(1) << bits) - 1);
			if (code - lengths[i].first < lengths[i].n)
				break;
		}
		if (i == sizeof(lengths) / sizeof(*lengths))
			return SIZE_MAX;
		if (lengths[i].bits > nheld)
			return nheld < 8 ? used : SIZE_MAX; /* padding: less than an octet of ones */
		uint32_t code = (uint32_t)(held >> (nheld - lengths[i].bits)) &
				((UINT32_C(1) << lengths[i].bits) - 1);
		uint16_t symbol = symbols[lengths[i].at + (code - lengths[i].first)];
		if (symbol > 255)
			return SIZE_MAX;
		out[used++] = (uint8_t)symbol;
		nheld -= lengths[i].bits;
	}
}

/* ---- integers and texts ---- */

static bool integer(struct cursor *c, unsigned prefix, uint32_t *out)
{
	uint32_t mask = (1u << prefix) - 1;
	uint64_t v = cur_be(c, 1) & mask;
	if (v == mask) {
		unsigned shift = 0;
		uint64_t more;
		do {
			more = cur_be(c, 1);
			v += (more & 0x7f) << shift;
			shift += 7;
		} while (more & 0x80 && shift < 35);
		if (more & 0x80 || v > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)v;
	return !*c->fail;
}

/* The dictionary's number of a text; octets that are not ASCII become U+FFFD. */
static uint32_t intern(struct packet *pkt, const uint8_t *p, size_t n)
{
	size_t used = 0, others = 0;
	for (size_t i = 0; i < n; i++)
		others += p[i] >= 0x80;
	if (!others)
		return dict_intern(pkt->dict, DICT_TEXT, 0, p, strnlen((const char *)p, n));
	uint8_t *out = pkt_scratch(pkt, n + others * 2);
	for (size_t i = 0; out && i < n && p[i]; i++) {
		if (p[i] < 0x80) {
			out[used++] = p[i];
		} else {
			memcpy(out + used, "\xef\xbf\xbd", 3);
			used += 3;
		}
	}
	return out ? dict_intern(pkt->dict, DICT_TEXT, 0, out, used) : 0;
}

#define TEXT_MAX 65535

static bool text(struct packet *pkt, struct cursor *c, uint32_t *id, uint32_t *len)
{
	uint64_t first = 0;
	uint32_t n;
	cur_peek(c, 0, 1, &first);
	if (!integer(c, 7, &n) || n > TEXT_MAX)
		return false;
	const uint8_t *p = cur_take(c, n);
	if (!p)
		return false;
	if (first & 0x80) {
		uint8_t *out = pkt_scratch(pkt, n * 8 / 5 + 1);
		size_t used = out ? unhuffman(out, p, n) : SIZE_MAX;
		if (used == SIZE_MAX)
			return false;
		p = out;
		n = (uint32_t)used;
	}
	*len = n;
	*id = intern(pkt, p, n);
	return *id != 0;
}

/* ---- tables ---- */

static uint32_t entry_size(const struct hpack *t, unsigned at)
{
	return (uint32_t)t->entries[at].name_len + t->entries[at].value_len + 32;
}

static void evict(struct hpack *t, uint32_t room)
{
	while (t->count && t->size + room > t->max) {
		unsigned oldest = (t->newest + t->count - 1u) % HPACK_ENTRIES;
		t->size -= entry_size(t, oldest);
		t->count--;
	}
}

/* Section 4.4: an entry that is larger than the table empties it. */
static void add_entry(struct hpack *t, const struct hpack_header *h)
{
	uint32_t size = h->name_len + h->value_len + 32;
	evict(t, size);
	if (size > t->max)
		return;
	if (t->count == HPACK_ENTRIES) {
		unsigned oldest = (t->newest + t->count - 1u) % HPACK_ENTRIES;
		t->size -= entry_size(t, oldest);
		t->count--;
		t->lost = true;
	}
	t->newest = (uint16_t)((t->newest + HPACK_ENTRIES - 1u) % HPACK_ENTRIES);
	t->entries[t->newest].name = h->name;
	t->entries[t->newest].value = h->value;
	t->entries[t->newest].name_len = (uint16_t)h->name_len;
	t->entries[t->newest].value_len = (uint16_t)h->value_len;
	t->size += size;
	t->count++;
}

static bool look_up(struct packet *pkt, const struct hpack *t, uint32_t index, struct hpack_header *h)
{
	if (index == 0)
		return false;
	if (index <= STATIC_ENTRIES) {
		const char *name = static_table[index - 1].name, *value = static_table[index - 1].value;
		h->name_len = (uint32_t)strlen(name);
		h->value_len = (uint32_t)strlen(value);
		h->name = intern(pkt, (const uint8_t *)name, h->name_len);
		h->value = intern(pkt, (const uint8_t *)value, h->value_len);
		return true;
	}
	index -= STATIC_ENTRIES + 1;
	if (index >= t->count)
		return false;
	unsigned at = (t->newest + index) % HPACK_ENTRIES;
	h->name = t->entries[at].name;
	h->value = t->entries[at].value;
	h->name_len = t->entries[at].name_len;
	h->value_len = t->entries[at].value_len;
	return true;
}

bool hpack_next(struct packet *pkt, struct hpack *t, struct cursor *c, struct hpack_header *h)
{
	uint64_t first;
	uint32_t index;
	*h = (struct hpack_header) { 0 };
	if (!t->used) {
		t->used = true;
		t->max = 4096; /* RFC 9113, section 6.5.2 */
	}
	if (!cur_peek(c, 0, 1, &first))
		return false;
	if (first & 0x80) {
		h->repr = REPR_INDEXED;
		if (!integer(c, 7, &h->index))
			return false;
		return look_up(pkt, t, h->index, h);
	}
	if ((first & 0xe0) == 0x20) {
		h->repr = REPR_TABLE_SIZE;
		if (!integer(c, 5, &h->index))
			return false;
		t->max = h->index;
		evict(t, 0);
		return true;
	}
	h->repr = first & 0x40 ? REPR_INDEXING : first & 0x10 ? REPR_NEVER : REPR_PLAIN;
	if (!integer(c, first & 0x40 ? 6 : 4, &index))
		return false;
	if (index ? !look_up(pkt, t, index, h) : !text(pkt, c, &h->name, &h->name_len))
		return false;
	h->index = index;
	if (!text(pkt, c, &h->value, &h->value_len))
		return false;
	if (h->repr == REPR_INDEXING)
		add_entry(t, h);
	return true;
}
