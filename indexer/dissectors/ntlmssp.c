/* NT LAN Manager authentication ([MS-NLMP], section 2.2.1).
 *
 *      0                               8               12
 *     +-------------------------------+---------------+-------- - -
 *     | N  T  L  M  S  S  P  0        | message type  |
 *     +-------------------------------+---------------+-------- - -
 *     1, negotiate:     flags (4), domain, workstation, version (8)
 *     2, challenge:     target name, flags (4), server challenge (8), - (8), target info, version (8)
 *     3, authenticate:  LM response, NT response, domain, user, host, session key, flags (4),
 *                       version (8), MIC (16)
 *
 * Texts and responses are named by length (2), room (2) and offset (4) and stand behind. Numbers are
 * little-endian. */
#include "indexer/dissectors/ids.h"
#include "indexer/dissectors/security_blob.h"
#include "indexer/dissectors/utf16.h"

enum {
	NTLM_TYPE,
	NTLM_FLAGS,
	NTLM_IDENTIFIER,
	NTLM_NEGOTIATE_DOMAIN,
	NTLM_NEGOTIATE_WORKSTATION,
	NTLM_TARGET_NAME,
	NTLM_SERVER_CHALLENGE,
	NTLM_LM_RESPONSE,
	NTLM_NT_RESPONSE,
	NTLM_PROOF,
	NTLM_DOMAIN,
	NTLM_USER,
	NTLM_HOST,
	NTLM_SESSION_KEY,
	NTLM_VERSION_MAJOR,
	NTLM_VERSION_MINOR,
	NTLM_VERSION_BUILD,
	NTLM_VERSION_REVISION,
	NTLM_F_UNICODE,
	NTLM_F_SIGN,
	NTLM_F_SEAL,
	NTLM_F_NTLM,
	NTLM_F_ANONYMOUS,
	NTLM_F_EXTENDED,
	NTLM_F_TARGET_INFO,
	NTLM_F_VERSION,
	NTLM_F_128,
	NTLM_F_KEY_EXCHANGE,
	NTLM_F_56,
	NTLM_NB_COMPUTER,
	NTLM_NB_DOMAIN,
	NTLM_DNS_COMPUTER,
	NTLM_DNS_DOMAIN,
	NTLM_DNS_TREE,
	NTLM_NFIELDS
};

enum { NEGOTIATE = 1, CHALLENGE, AUTHENTICATE };

#define FLAG_UNICODE 0x00000001
#define FLAG_VERSION 0x02000000

static const struct value_name types[] = { { NEGOTIATE, "NTLMSSP_NEGOTIATE" },
	{ CHALLENGE, "NTLMSSP_CHALLENGE" }, { AUTHENTICATE, "NTLMSSP_AUTH" }, { 0, NULL } };

#define FLAG(text, title, bit)                                                                               \
	{                                                                                                    \
		"ntlmssp." text, title, KIND_BOOL, .of = NTLM_FLAGS, .mask = bit                             \
	}
#define TARGET(text, title)                                                                                  \
	{                                                                                                    \
		"ntlmssp.challenge.target_info." text, title, KIND_TEXT, .part = 2                           \
	}

static const struct field ntlm_fields[NTLM_NFIELDS] = {
	[NTLM_TYPE] = { "ntlmssp.messagetype", "NTLM Message Type", KIND_UINT, BASE_HEX, 4, .names = types },
	[NTLM_FLAGS] = { "ntlmssp.negotiateflags", "Negotiate Flags", KIND_UINT, BASE_HEX, 4 },
	[NTLM_IDENTIFIER] = { "ntlmssp.identifier", "NTLMSSP identifier", KIND_TEXT },
	[NTLM_NEGOTIATE_DOMAIN] = { "ntlmssp.negotiate.domain", "Calling workstation domain", KIND_TEXT,
		.part = 1 },
	[NTLM_NEGOTIATE_WORKSTATION] = { "ntlmssp.negotiate.callingworkstation", "Calling workstation name",
		KIND_TEXT, .part = 1 },
	[NTLM_TARGET_NAME] = { "ntlmssp.challenge.target_name", "Target Name", KIND_TEXT, .part = 2 },
	[NTLM_SERVER_CHALLENGE] = { "ntlmssp.ntlmserverchallenge", "NTLM Server Challenge", KIND_BYTES,
		.part = 2 },
	[NTLM_LM_RESPONSE] = { "ntlmssp.auth.lmresponse", "Lan Manager Response", KIND_BYTES, .part = 3 },
	[NTLM_NT_RESPONSE] = { "ntlmssp.auth.ntresponse", "NTLM Response", KIND_BYTES, .part = 3 },
	[NTLM_PROOF] = { "ntlmssp.ntlmv2_response.ntproofstr", "NTProofStr", KIND_BYTES, .part = 3 },
	[NTLM_DOMAIN] = { "ntlmssp.auth.domain", "Domain name", KIND_TEXT, .part = 3 },
	[NTLM_USER] = { "ntlmssp.auth.username", "User name", KIND_TEXT, .part = 3 },
	[NTLM_HOST] = { "ntlmssp.auth.hostname", "Host name", KIND_TEXT, .part = 3 },
	[NTLM_SESSION_KEY] = { "ntlmssp.auth.sesskey", "Session Key", KIND_BYTES, .part = 3 },
	[NTLM_VERSION_MAJOR] = { "ntlmssp.version.major", "Major Version", KIND_UINT, .octets = 1,
		.part = 4 },
	[NTLM_VERSION_MINOR] = { "ntlmssp.version.minor", "Minor Version", KIND_UINT, .octets = 1,
		.part = 4 },
	[NTLM_VERSION_BUILD] = { "ntlmssp.version.build_number", "Build Number", KIND_UINT, .octets = 2,
		.part = 4 },
	[NTLM_VERSION_REVISION] = { "ntlmssp.version.ntlm_current_revision", "NTLM Current Revision",
		KIND_UINT, .octets = 1, .part = 4 },
	[NTLM_F_UNICODE] = FLAG("negotiateunicode", "Negotiate UNICODE", FLAG_UNICODE),
	[NTLM_F_SIGN] = FLAG("negotiatesign", "Negotiate Sign", 0x10),
	[NTLM_F_SEAL] = FLAG("negotiateseal", "Negotiate Seal", 0x20),
	[NTLM_F_NTLM] = FLAG("negotiatentlm", "Negotiate NTLM key", 0x200),
	[NTLM_F_ANONYMOUS] = FLAG("negotiateanonymous", "Negotiate Anonymous", 0x800),
	[NTLM_F_EXTENDED] = FLAG("negotiatentlm2", "Negotiate Extended Security", 0x80000),
	[NTLM_F_TARGET_INFO] = FLAG("negotiatetargetinfo", "Negotiate Target Info", 0x800000),
	[NTLM_F_VERSION] = FLAG("negotiateversion", "Negotiate Version", FLAG_VERSION),
	[NTLM_F_128] = FLAG("negotiate128", "Negotiate 128", 0x20000000),
	[NTLM_F_KEY_EXCHANGE] = FLAG("negotiatekeyexch", "Negotiate Key Exchange", 0x40000000),
	[NTLM_F_56] = FLAG("negotiate56", "Negotiate 56", 0x80000000),
	[NTLM_NB_COMPUTER] = TARGET("nb_computer_name", "NetBIOS Computer Name"),
	[NTLM_NB_DOMAIN] = TARGET("nb_domain_name", "NetBIOS Domain Name"),
	[NTLM_DNS_COMPUTER] = TARGET("dns_computer_name", "DNS Computer Name"),
	[NTLM_DNS_DOMAIN] = TARGET("dns_domain_name", "DNS Domain Name"),
	[NTLM_DNS_TREE] = TARGET("dns_tree_name", "DNS Tree Name"),
};

static const struct record ntlm_records[] = {
	{ "ntlmssp", RECORD_LAYER, NTLM_NFIELDS, ntlm_fields,
		(const char *const[]) { "negotiate", "challenge", "auth", "version", NULL } },
};

/* What a length and an offset at the cursor name. */
static struct cursor named(const struct cursor *all, struct cursor *c)
{
	struct cursor there = *all;
	const uint8_t *p = cur_take(c, 8);
	if (!p)
		return (struct cursor) { all->data, 0, 0, 0, all->fail };
	there.pos = le32(p + 4);
	return cur_sub(&there, le16(p));
}

static void text(struct row *r, unsigned field, const struct cursor *all, struct cursor *c, bool unicode)
{
	struct cursor t = named(all, c);
	if (!t.cap)
		return;
	if (unicode)
		row_utf16(r, field, t.data, t.cap);
	else
		row_text(r, field, (const char *)t.data, strnlen((const char *)t.data, t.cap), t.data, t.cap);
}

static void octets(struct row *r, unsigned field, const struct cursor *all, struct cursor *c)
{
	struct cursor t = named(all, c);
	row_bytes_avail(r, field, &t, t.len);
}

static void version(struct row *r, struct cursor *c)
{
	row_le(r, NTLM_VERSION_MAJOR, c, 1);
	row_le(r, NTLM_VERSION_MINOR, c, 1);
	row_le(r, NTLM_VERSION_BUILD, c, 2);
	cur_skip(c, 3);
	row_le(r, NTLM_VERSION_REVISION, c, 1);
}

/* [MS-NLMP], section 2.2.2.1: pairs of attribute and value. */
static void target_info(struct row *r, struct cursor t)
{
	static const uint8_t fields[] = { 0, NTLM_NB_COMPUTER, NTLM_NB_DOMAIN, NTLM_DNS_COMPUTER,
		NTLM_DNS_DOMAIN, NTLM_DNS_TREE };
	while (cur_avail(&t) >= 4) {
		uint32_t id = (uint32_t)cur_le(&t, 2), len = (uint32_t)cur_le(&t, 2);
		struct cursor value = cur_sub(&t, len);
		if (id == 0)
			return;
		if (id < sizeof(fields) && value.cap)
			row_utf16(r, fields[id], value.data, value.cap);
	}
}

static void challenge(struct row *r, const struct cursor *all, struct cursor *c)
{
	struct cursor ahead = *c;
	cur_skip(&ahead, 8);
	uint32_t flags = (uint32_t)row_le(r, NTLM_FLAGS, &ahead, 4);
	text(r, NTLM_TARGET_NAME, all, c, flags & FLAG_UNICODE);
	cur_skip(c, 4);
	row_bytes(r, NTLM_SERVER_CHALLENGE, c, 8);
	cur_skip(c, 8);
	if (cur_left(c) < 8)
		return;
	target_info(r, named(all, c));
	if (flags & FLAG_VERSION && cur_left(c) >= 8)
		version(r, c);
}

/* The earliest octet that a length and offset name: where the fixed part ends. */
static uint32_t fixed_part(struct cursor c)
{
	uint32_t first = UINT32_MAX;
	for (unsigned i = 0; i < 5 && cur_left(&c) >= 8; i++) {
		uint32_t len = (uint32_t)cur_le(&c, 2);
		cur_skip(&c, 2);
		uint32_t at = (uint32_t)cur_le(&c, 4);
		if (len && at < first)
			first = at;
	}
	return first;
}

#define PROOF_OCTETS 16
#define NTLM1_OCTETS 24

static void authenticate(struct row *r, const struct cursor *all, struct cursor *c)
{
	struct cursor nt, texts;
	uint32_t end = fixed_part(*c), flags = FLAG_UNICODE;
	octets(r, NTLM_LM_RESPONSE, all, c);
	nt = *c;
	octets(r, NTLM_NT_RESPONSE, all, c);
	nt = named(all, &nt);
	if (nt.cap > NTLM1_OCTETS)
		row_bytes_avail(r, NTLM_PROOF, &nt, PROOF_OCTETS);
	texts = *c;
	cur_skip(c, 24);
	/* Older clients end here. */
	if (c->pos + 12 <= end && cur_left(c) >= 12) {
		octets(r, NTLM_SESSION_KEY, all, c);
		flags = (uint32_t)row_le(r, NTLM_FLAGS, c, 4);
		if (flags & FLAG_VERSION && cur_left(c) >= 8)
			version(r, c);
	}
	for (unsigned field = NTLM_DOMAIN; field <= NTLM_HOST; field++)
		text(r, field, all, &texts, flags & FLAG_UNICODE);
}

/* A text of a message, named by a length and an offset at octet `at`. */
static void add_text(struct packet *pkt, const struct cursor *c, uint32_t at, bool unicode)
{
	uint64_t len, offset;
	struct cursor t = *c;
	if (!cur_peek(c, at, 2, &len) || !cur_peek(c, at + 4, 4, &offset))
		return;
	cur_skip(&t, __builtin_bswap32((uint32_t)offset));
	uint32_t n = __builtin_bswap16((uint16_t)len);
	if (n > cur_avail(&t))
		return;
	if (unicode)
		info_utf16(pkt, t.data + t.pos, n);
	else
		info_text(pkt, t.data + t.pos, n);
}

void ntlmssp_inform(struct packet *pkt, const struct cursor *c)
{
	uint64_t type, flags;
	if (!is_ntlmssp(c) || !cur_peek(c, 8, 1, &type))
		return;
	info_sep(pkt, ", ", "%s", info_name(types, (int64_t)type, "Unknown NTLMSSP message type"));
	if (type != AUTHENTICATE)
		return;
	/* Older clients have no flags behind the session key, at octet 60. */
	bool unicode = !cur_peek(c, 60, 1, &flags) || flags & FLAG_UNICODE;
	info_add(pkt, "%s", ", User: ");
	add_text(pkt, c, 28, unicode);
	info_add(pkt, "%s", "\\");
	add_text(pkt, c, 36, unicode);
}

static void negotiate(struct row *r, const struct cursor *all, struct cursor *c)
{
	uint32_t flags = (uint32_t)row_le(r, NTLM_FLAGS, c, 4);
	if (cur_left(c) < 16)
		return;
	text(r, NTLM_NEGOTIATE_DOMAIN, all, c, false);
	text(r, NTLM_NEGOTIATE_WORKSTATION, all, c, false);
	if (flags & FLAG_VERSION && cur_left(c) >= 8)
		version(r, c);
}

static enum verdict ntlmssp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_ntlmssp, 0);
	const struct cursor all = *c;
	if (!is_ntlmssp(c))
		return MINE; /* a signature, or data that it protects */
	if (pkt->info)
		ntlmssp_inform(pkt, c);
	row_string(r, NTLM_IDENTIFIER, c, 8);
	switch (row_le(r, NTLM_TYPE, c, 4)) {
	case NEGOTIATE:
		negotiate(r, &all, c);
		break;
	case CHALLENGE:
		challenge(r, &all, c);
		break;
	case AUTHENTICATE:
		authenticate(r, &all, c);
		break;
	default:
		break;
	}
	return MINE;
}

const struct protocol proto_ntlmssp = {
	.name = "ntlmssp",
	.title = "NTLM Secure Service Provider",
	.spec = "MS-NLMP",
	.help = "Authenticates Windows users with challenge and response.",
	.id = PROTO_ID_ntlmssp,
	.records = ntlm_records,
	.nrecords = 1,
	.dissect = ntlmssp_dissect,
	.no_item = true,
};
