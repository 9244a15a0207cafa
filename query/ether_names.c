#include "query/ether_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WIRESHARK_FILE "/usr/share/wireshark/manuf"
#define IEEE_FOLDER    "/usr/share/ieee-data/"

/* A block of addresses: its first `bits` bits. */
struct block {
	uint64_t prefix; /* left-aligned in 48 bits */
	uint8_t bits;
	const char *name; /* short */
	const char *organization;
};

struct ether_names {
	struct block *blocks; /* by bits, most first, then by prefix */
	size_t n, size;
	char **texts; /* what names point into */
	size_t ntexts;
};

/* IEEE 802.1D table 7-10, 802.1Q table 8-1, 802.1AB, RFC 1112 section 6.4, RFC 2464 section 7. */
static const struct block well_known[] = {
	{ 0xffffffffffff, 48, "Broadcast", NULL },
	{ 0x0180c2000001, 48, "MAC-specific-ctrl-proto-01", NULL },
	{ 0x0180c2000002, 48, "Slow-Protocols", NULL },
	{ 0x0180c2000003, 48, "Nearest-non-TPMR-bridge", NULL },
	{ 0x0180c200000e, 48, "LLDP_Multicast", NULL },
	{ 0x01000ccccccc, 48, "CDP/VTP/DTP/PAgP/UDLD", NULL },
	{ 0x01000ccccccd, 48, "PVST+", NULL },
	{ 0x0180c2000000, 44, "Spanning-tree-(for-bridges)", NULL },
	{ 0x01005e000000, 25, "IPv4mcast", NULL },
	{ 0x333300000000, 16, "IPv6mcast", NULL },
};

static uint64_t left(const uint8_t octets[6])
{
	uint64_t v = 0;
	for (int i = 0; i < 6; i++)
		v = v << 8 | octets[i];
	return v;
}

static uint64_t masked(uint64_t address, unsigned bits)
{
	return address & ~((UINT64_C(1) << (48 - bits)) - 1) & UINT64_C(0xffffffffffff);
}

static int by_bits(const void *a, const void *b)
{
	const struct block *x = a, *y = b;
	if (x->bits != y->bits)
		return (int)y->bits - x->bits;
	return x->prefix < y->prefix ? -1 : x->prefix > y->prefix;
}

static bool add(
	struct ether_names *names, uint64_t prefix, unsigned bits, const char *name, const char *organization)
{
	if (names->n == names->size) {
		size_t size = names->size ? names->size * 2 : 1 << 16;
		struct block *blocks = realloc(names->blocks, size * sizeof(*blocks));
		if (!blocks)
			return false;
		names->blocks = blocks;
		names->size = size;
	}
	names->blocks[names->n++] =
		(struct block) { masked(prefix, bits), (uint8_t)bits, name, organization };
	return true;
}

static bool keep(struct ether_names *names, char *text)
{
	char **texts = realloc(names->texts, (names->ntexts + 1) * sizeof(*texts));
	if (!texts)
		return false;
	names->texts = texts;
	names->texts[names->ntexts++] = text;
	return true;
}

/* A whole file with a NUL behind it; NULL where there is none. */
static char *slurp(struct ether_names *names, const char *path)
{
	FILE *f = fopen(path, "rbe");
	char *text = NULL;
	long n;
	if (f && fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0 &&
		(text = malloc((size_t)n + 1))) {
		n = (long)fread(text, 1, (size_t)n, f);
		text[n] = '\0';
		if (!keep(names, text)) {
			free(text);
			text = NULL;
		}
	}
	if (f)
		fclose(f);
	return text;
}

/* Up to 12 hexadecimal digits, colons and hyphens between them passed over: how many bits they are. */
static unsigned read_prefix(const char **p, uint64_t *prefix)
{
	unsigned digits = 0;
	*prefix = 0;
	for (; digits < 12 && (isxdigit((uint8_t) * *p) || **p == ':' || **p == '-'); ++*p) {
		if (!isxdigit((uint8_t) * *p))
			continue;
		*prefix = *prefix << 4 |
			  (unsigned)(isdigit((uint8_t) * *p) ? **p - '0' : (**p | 32) - 'a' + 10);
		digits++;
	}
	*prefix <<= 4 * (12 - digits);
	return digits * 4;
}

/* PREFIX[/BITS] TAB SHORT [TAB... ORGANIZATION [TAB # ...]] */
static void read_wireshark(struct ether_names *names, char *text)
{
	char *save = NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *p = line;
		uint64_t prefix;
		unsigned bits = *p == '#' ? 0 : read_prefix(&p, &prefix);
		if (bits && *p == '/')
			bits = (unsigned)strtoul(p + 1, (char **)(uintptr_t)&p, 10);
		if (!bits || bits > 48 || *p != '\t')
			continue;
		char *name = line + (p - line) + 1, *organization = strchr(name, '\t');
		if (organization) {
			*organization++ = '\0';
			organization += strspn(organization, "\t");
			organization[strcspn(organization, "\t")] = '\0';
		}
		if (*name && !add(names, prefix, bits, name, organization))
			return;
	}
}

/* One cell of a CSV line, in place; *p is behind its comma then. */
static char *cell(char **p)
{
	char *from = *p, *to = from, *out = from;
	bool quoted = *from == '"';
	for (from += quoted; *from && (quoted || *from != ','); from++) {
		if (quoted && *from == '"' && *++from != '"')
			break;
		*to++ = *from;
	}
	while (*from && *from != ',')
		from++;
	*p = *from ? from + 1 : from;
	*to = '\0';
	return out;
}

/* REGISTRY,ASSIGNMENT,ORGANIZATION,ADDRESS; quoted cells may hold line ends. */
static void read_ieee(struct ether_names *names, char *text)
{
	for (char *line = text, *end; *line; line = end) {
		bool quoted = false;
		for (end = line; *end && (quoted || *end != '\n'); end++)
			quoted ^= *end == '"';
		if (*end)
			*end++ = '\0';
		cell(&line);
		const char *assignment = cell(&line);
		char *organization = cell(&line), name[ETHER_SHORT_MAX];
		uint64_t prefix;
		unsigned bits = read_prefix(&assignment, &prefix);
		if (bits < 24)
			continue;
		ether_short_name(organization, name);
		char *copy = strdup(name);
		if (!copy || !keep(names, copy) || !add(names, prefix, bits, copy, organization))
			return;
	}
}

struct ether_names *ether_names_load(void)
{
	static const char *const ieee[] = { "oui.csv", "mam.csv", "oui36.csv", "iab.csv" };
	struct ether_names *names = calloc(1, sizeof(*names));
	if (!names)
		return NULL;
	for (size_t i = 0; i < sizeof(well_known) / sizeof(*well_known); i++)
		add(names, well_known[i].prefix, well_known[i].bits, well_known[i].name, NULL);
	char *text = slurp(names, WIRESHARK_FILE);
	if (text)
		read_wireshark(names, text);
	for (size_t i = 0; !text && i < sizeof(ieee) / sizeof(*ieee); i++) {
		char path[64];
		snprintf(path, sizeof(path), IEEE_FOLDER "%s", ieee[i]);
		char *list = slurp(names, path);
		if (list)
			read_ieee(names, list);
	}
	qsort(names->blocks, names->n, sizeof(*names->blocks), by_bits);
	return names;
}

void ether_names_free(struct ether_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->ntexts; i++)
		free(names->texts[i]);
	free(names->texts);
	free(names->blocks);
	free(names);
}

/* The block of this width that the address is in. */
static const struct block *find_block(const struct ether_names *names, uint64_t address, uint8_t bits)
{
	const struct block key = { masked(address, bits), bits, NULL, NULL };
	return bsearch(&key, names->blocks, names->n, sizeof(key), by_bits);
}

/* The narrowest block that the address is in. */
static const struct block *find(const struct ether_names *names, uint64_t address)
{
	static const uint8_t widths[] = { 48, 44, 40, 36, 32, 28, 25, 24, 16 };
	for (size_t i = 0; i < sizeof(widths); i++) {
		const struct block *b = find_block(names, address, widths[i]);
		if (b)
			return b;
	}
	return NULL;
}

bool ether_name(const struct ether_names *names, const uint8_t octets[6], char out[ETHER_NAME_MAX])
{
	const struct block *b = find(names, left(octets));
	if (!b) {
		snprintf(out, ETHER_NAME_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", octets[0], octets[1],
			octets[2], octets[3], octets[4], octets[5]);
		return false;
	}
	int n = snprintf(out, ETHER_NAME_MAX, "%.64s", b->name);
	unsigned at = b->bits / 8;
	/* Of a group of addresses the leading zeros are left out: IPv6mcast_02. */
	while (octets[0] & 1 && at < 5 && octets[at] == 0 && b->bits != 48)
		at++;
	/* 25 bits of RFC 1112: the first bit of the fourth octet is the block's. */
	for (unsigned i = at; i < 6; i++) {
		unsigned v = i == b->bits / 8 ? octets[i] & (0xffu >> b->bits % 8) : octets[i];
		n += snprintf(out + n, (size_t)(ETHER_NAME_MAX - n), i == at ? "_%02x" : ":%02x", v);
	}
	return true;
}

const char *ether_vendor(const struct ether_names *names, const uint8_t octets[6])
{
	const struct block *b = find(names, left(octets));
	return b ? b->organization : NULL;
}

bool ether_oui(const struct ether_names *names, uint32_t oui, char out[ETHER_OUI_MAX])
{
	const uint8_t octets[6] = { (uint8_t)(oui >> 16), (uint8_t)(oui >> 8), (uint8_t)oui };
	const struct block *b = find_block(names, left(octets), 24);
	if (b)
		snprintf(out, ETHER_OUI_MAX, "%s", b->organization ? b->organization : b->name);
	return b != NULL;
}

bool ether_parse(const char *text, uint8_t octets[6])
{
	for (int i = 0; i < 6; i++, text += 3) {
		if (!isxdigit((uint8_t)text[0]) || !isxdigit((uint8_t)text[1]) ||
			text[2] != (i < 5 ? ':' : '\0'))
			return false;
		octets[i] = (uint8_t)strtoul((char[]) { text[0], text[1], '\0' }, NULL, 16);
	}
	return true;
}

/* Kinds of company, articles. */
static bool is_general(const char *word, size_t n)
{
	static const char *const words[] = { "a", "ab", "ag", "as", "asa", "bv", "co", "company", "corp",
		"corporation", "de", "gmbh", "inc", "incorporated", "kg", "kk", "limited", "llc", "jsc", "lp",
		"ltd", "nv", "of", "ooo", "oy", "oyj", "plc", "pte", "pty", "pvt", "sa", "sarl", "sas", "spa",
		"sp", "srl", "sro", "systems", "the", "zoo" };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == n && strncasecmp(words[i], word, n) == 0)
			return true;
	return false;
}

void ether_short_name(const char *organization, char out[ETHER_SHORT_MAX])
{
	size_t used = 0, letters = 0;
	for (const char *p = organization; *p;) {
		char word[64];
		size_t n = 0;
		/* A word ends at anything but letters, digits and hyphens; points do not end it: S.p.A. */
		for (; *p && (isalnum((uint8_t)*p) || (*p && strchr(".-+&", *p)) || (uint8_t)*p >= 0x80); p++)
			if (*p != '.' && n < sizeof(word))
				word[n++] = *p;
		for (size_t i = 0; !is_general(word, n) && i < n; i++) {
			/* Letters count, not octets. */
			if (((uint8_t)word[i] & 0xc0) != 0x80 && letters++ == 8)
				break;
			if (used < ETHER_SHORT_MAX - 1)
				out[used++] = word[i];
		}
		if (letters >= 8)
			break;
		while (*p && !isalnum((uint8_t)*p) && (uint8_t)*p < 0x80)
			p++;
	}
	out[used] = '\0';
	if (!used)
		snprintf(out, ETHER_SHORT_MAX, "%.8s", organization);
}
