/* What Wireshark's tree shows below an extension of TLS. Numbers: IANA's registry "TLS Extensions". */
#include <inttypes.h>
#include <stdio.h>

#include "indexer/cursor.h"
#include "indexer/dissectors/tls.h"
#include "indexer/dissectors/tls_names.h"
#include "indexer/dissectors/tls_tree.h"

/* Octets that are left to read, `n` of them; reading past them gives zeros. */
struct rest {
	const uint8_t *p;
	uint32_t n;
};

static uint64_t take(struct rest *r, unsigned octets)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < octets && r->n; i++, r->p++, r->n--)
		v = v << 8 | *r->p;
	return v;
}

static struct rest part(struct rest *r, uint64_t n)
{
	struct rest p = { r->p, n < r->n ? (uint32_t)n : r->n };
	r->p += p.n;
	r->n -= p.n;
	return p;
}

/* A length and what it says, with a line for the length. */
static struct rest vector(const struct layout_lines *l, struct rest *r, unsigned octets, const char *label)
{
	uint64_t n = take(r, octets);
	layout_say(l, 0, "%s: %" PRIu64, label, n);
	return part(r, n);
}

static void say_octets(const struct layout_lines *l, unsigned depth, const char *label, struct rest r)
{
	layout_say_octets(l, depth, label, r.p, r.n);
}

/* ---- signature algorithms ---- */

/* RFC 5246, section 7.4.1.4.1. */
void tls_signature_lines(uint64_t number, layout_add *add, void *to)
{
	static const struct value_name hashes[] = { { 0, "None" }, { 1, "MD5" }, { 2, "SHA1" },
		{ 3, "SHA224" }, { 4, "SHA256" }, { 5, "SHA384" }, { 6, "SHA512" }, { 7, "SM3" },
		{ 0, NULL } };
	static const struct value_name signatures[] = { { 0, "Anonymous" }, { 1, "RSA" }, { 2, "DSA" },
		{ 3, "ECDSA" }, { 4, "SM2" }, { 0, NULL } };
	const struct layout_lines l = { add, to };
	layout_say_named(&l, 1, "Signature Hash Algorithm Hash", number >> 8, hashes, "Unknown");
	layout_say_named(&l, 1, "Signature Hash Algorithm Signature", number & 0xff, signatures, "Unknown");
}

struct deeper {
	const struct layout_lines *l;
	unsigned depth;
};

static void add_deeper(void *to, unsigned depth, const char *text)
{
	const struct deeper *d = to;
	d->l->add(d->l->to, d->depth + depth, text);
}

void tls_say_signature(const struct layout_lines *l, unsigned depth, unsigned scheme)
{
	layout_say(l, depth, "Signature Algorithm: %s (0x%04x)",
		layout_name(tls_signatures, scheme, "Unknown"), scheme);
	tls_signature_lines(scheme, add_deeper, &(struct deeper) { l, depth });
}

static void signatures(const struct layout_lines *l, struct rest *r)
{
	struct rest list = vector(l, r, 2, "Signature Hash Algorithms Length");
	layout_say(
		l, 0, "Signature Hash Algorithms (%u algorithm%s)", list.n / 2, list.n / 2 == 1 ? "" : "s");
	while (list.n >= 2)
		tls_say_signature(l, 1, (unsigned)take(&list, 2));
}

/* ---- extensions ---- */

/* RFC 6066, section 3. */
static void server_names(const struct layout_lines *l, struct rest *r)
{
	if (!r->n)
		return;
	layout_say(l, 0, "Server Name Indication extension");
	uint64_t n = take(r, 2);
	layout_say(l, 1, "Server Name list length: %" PRIu64, n);
	struct rest list = part(r, n);
	while (list.n >= 3) {
		layout_say_named(l, 1, "Server Name Type", take(&list, 1), tls_name_types, "Unknown");
		n = take(&list, 2);
		layout_say(l, 1, "Server Name length: %" PRIu64, n);
		struct rest name = part(&list, n);
		layout_say(l, 1, "Server Name: %.*s", (int)name.n, (const char *)name.p);
	}
}

/* RFC 6066, section 8. */
static void status_request(const struct layout_lines *l, struct rest *r)
{
	static const struct value_name types[] = { { 1, "OCSP" }, { 2, "OCSP Multi" }, { 0, NULL } };
	if (!r->n)
		return;
	layout_say_named(l, 0, "Certificate Status Type", take(r, 1), types, "Unknown");
	vector(l, r, 2, "Responder ID list Length");
	vector(l, r, 2, "Request Extensions Length");
}

static void groups(const struct layout_lines *l, struct rest *r)
{
	struct rest list = vector(l, r, 2, "Supported Groups List Length");
	layout_say(l, 0, "Supported Groups (%u group%s)", list.n / 2, list.n / 2 == 1 ? "" : "s");
	while (list.n >= 2) {
		unsigned v = (unsigned)take(&list, 2);
		layout_say(l, 1, "Supported Group: %s (0x%04x)", layout_name(tls_groups, v, "Unknown"), v);
	}
}

static void point_formats(const struct layout_lines *l, struct rest *r)
{
	struct rest list = vector(l, r, 1, "EC point formats Length");
	layout_say(l, 0, "Elliptic curves point formats (%u)", list.n);
	while (list.n)
		layout_say_named(l, 1, "EC point format", take(&list, 1), tls_point_formats, "Unknown");
}

/* RFC 5764, section 4.1.2. */
static void use_srtp(const struct layout_lines *l, struct rest *r)
{
	static const struct value_name profiles[] = { { 1, "SRTP_AES128_CM_HMAC_SHA1_80" },
		{ 2, "SRTP_AES128_CM_HMAC_SHA1_32" }, { 5, "SRTP_NULL_HMAC_SHA1_80" },
		{ 6, "SRTP_NULL_HMAC_SHA1_32" }, { 7, "SRTP_AEAD_AES_128_GCM" },
		{ 8, "SRTP_AEAD_AES_256_GCM" }, { 0, NULL } };
	struct rest list = vector(l, r, 2, "SRTP Protection Profiles Length");
	while (list.n >= 2) {
		unsigned v = (unsigned)take(&list, 2);
		layout_say(
			l, 0, "SRTP Protection Profile: %s (0x%04x)", layout_name(profiles, v, "Unknown"), v);
	}
	struct rest mki = vector(l, r, 1, "MKI Length");
	if (mki.n)
		say_octets(l, 0, "MKI", mki);
}

/* RFC 7301, section 3.1. */
static void protocol_names(
	const struct layout_lines *l, struct rest list, const char *length, const char *name)
{
	while (list.n) {
		uint64_t n = take(&list, 1);
		layout_say(l, 1, "%s: %" PRIu64, length, n);
		struct rest p = part(&list, n);
		layout_say(l, 1, "%s: %.*s", name, (int)p.n, (const char *)p.p);
	}
}

static void alpn(const struct layout_lines *l, struct rest *r)
{
	struct rest list = vector(l, r, 2, "ALPN Extension Length");
	layout_say(l, 0, "ALPN Protocol");
	protocol_names(l, list, "ALPN string length", "ALPN Next Protocol");
}

/* draft-vvv-tls-alps */
static void application_settings(const struct layout_lines *l, struct rest *r)
{
	struct rest list = vector(l, r, 2, "ALPS Extension Length");
	layout_say(l, 0, "Supported ALPN List");
	protocol_names(l, list, "Supported ALPN Length", "Supported ALPN");
}

/* RFC 8879, section 3. */
static void compress_certificate(const struct layout_lines *l, struct rest *r)
{
	static const struct value_name algorithms[] = { { 1, "zlib" }, { 2, "brotli" }, { 3, "zstd" },
		{ 0, NULL } };
	struct rest list = vector(l, r, 1, "Algorithms Length");
	while (list.n >= 2)
		layout_say_named(l, 0, "Algorithm", take(&list, 2), algorithms, "Unknown");
}

static void say_version(const struct layout_lines *l, struct rest *r)
{
	unsigned v = (unsigned)take(r, 2);
	layout_say(l, 0, "Supported Version: %s (0x%04x)", layout_name(tls_versions, v, "Unknown"), v);
}

static void versions(const struct layout_lines *l, struct rest *r, int64_t message)
{
	if (message != TLS_CLIENT_HELLO) {
		if (r->n >= 2)
			say_version(l, r);
		return;
	}
	struct rest list = vector(l, r, 1, "Supported Versions length");
	while (list.n >= 2)
		say_version(l, &list);
}

/* RFC 8446, section 4.2.11. */
static void pre_shared_key(const struct layout_lines *l, struct rest *r, int64_t message)
{
	layout_say(l, 0, "Pre-Shared Key extension");
	if (message != TLS_CLIENT_HELLO) {
		layout_say(l, 1, "Selected Identity: %" PRIu64, take(r, 2));
		return;
	}
	uint64_t n = take(r, 2);
	layout_say(l, 1, "Identities Length: %" PRIu64, n);
	struct rest list = part(r, n);
	while (list.n >= 6) {
		n = take(&list, 2);
		layout_say(l, 1, "PSK Identity (length: %" PRIu64 ")", n);
		layout_say(l, 2, "Identity Length: %" PRIu64, n);
		say_octets(l, 2, "Identity", part(&list, n));
		layout_say(l, 2, "Obfuscated Ticket Age: %" PRIu64, take(&list, 4));
	}
	layout_say(l, 1, "PSK Binders length: %" PRIu64, take(r, 2));
	layout_say(l, 1, "PSK Binders");
}

static void psk_modes(const struct layout_lines *l, struct rest *r)
{
	struct rest list = vector(l, r, 1, "PSK Key Exchange Modes Length");
	while (list.n)
		layout_say_named(l, 0, "PSK Key Exchange Mode", take(&list, 1), tls_psk_modes, "Unknown");
}

/* RFC 8446, section 4.2.8. */
static void key_shares(const struct layout_lines *l, struct rest *r, int64_t message)
{
	struct rest list = *r;
	layout_say(l, 0, "Key Share extension");
	if (message == TLS_CLIENT_HELLO) {
		uint64_t n = take(&list, 2);
		layout_say(l, 1, "Client Key Share Length: %" PRIu64, n);
	} else if (message == TLS_HELLO_RETRY_REQUEST) {
		layout_say_named(l, 1, "Selected Group", take(&list, 2), tls_groups, "Unknown");
		return;
	}
	while (list.n >= 4) {
		uint64_t group = take(&list, 2), n = take(&list, 2);
		layout_say(l, 1, "Key Share Entry: Group: %s, Key Exchange length: %" PRIu64,
			layout_name(tls_groups, group, "Unknown"), n);
		layout_say_named(l, 2, "Group", group, tls_groups, "Unknown");
		layout_say(l, 2, "Key Exchange Length: %" PRIu64, n);
		say_octets(l, 2, "Key Exchange", part(&list, n));
	}
}

static void renegotiation_info(const struct layout_lines *l, struct rest *r)
{
	layout_say(l, 0, "Renegotiation Info extension");
	uint64_t n = take(r, 1);
	layout_say(l, 1, "Renegotiation info extension length: %" PRIu64, n);
	if (r->n)
		say_octets(l, 1, "Renegotiation info", part(r, n));
}

static void session_ticket(const struct layout_lines *l, struct rest *r)
{
	static const char label[] = "Data";
	if (r->n)
		layout_say(l, 0, "Session Ticket: ");
	else
		layout_say(l, 0, "%s (0 bytes)", label);
}

/* RFC 6520, section 2. */
static void heartbeat(const struct layout_lines *l, struct rest *r)
{
	static const struct value_name modes[] = { { 1, "Peer allowed to send requests" },
		{ 2, "Peer not allowed to send requests" }, { 0, NULL } };
	layout_say_named(l, 0, "Mode", take(r, 1), modes, "Unknown");
}

void tls_extension_lines(const struct layout_octets *octets, layout_add *add, void *to)
{
	const struct layout_lines lines = { add, to }, *l = &lines;
	struct rest r = { octets->data, octets->n };
	int64_t message = octets->about[1];
	switch (octets->about[0]) {
	case 0:
		server_names(l, &r);
		return;
	case 5:
		status_request(l, &r);
		return;
	case 10:
		groups(l, &r);
		return;
	case 11:
		point_formats(l, &r);
		return;
	case 13:
	case 34:
	case 50:
		signatures(l, &r);
		return;
	case 14:
		use_srtp(l, &r);
		return;
	case 15:
		heartbeat(l, &r);
		return;
	case 16:
		alpn(l, &r);
		return;
	case 21:
		say_octets(l, 0, "Padding Data", r);
		return;
	case 27:
		compress_certificate(l, &r);
		return;
	case 28:
		layout_say(l, 0, "Record Size Limit: %" PRIu64, take(&r, 2));
		return;
	case 35:
		session_ticket(l, &r);
		return;
	case 41:
		pre_shared_key(l, &r, message);
		return;
	case 42:
		if (message == TLS_NEW_SESSION_TICKET)
			layout_say(l, 0, "Maximum Early Data Size: %" PRIu64, take(&r, 4));
		return;
	case 43:
		versions(l, &r, message);
		return;
	case 45:
		psk_modes(l, &r);
		return;
	case 40:
	case 51:
		key_shares(l, &r, message);
		return;
	case 57:
	case 65445:
		quic_parameter_lines(octets, add, to);
		return;
	case 17513:
		application_settings(l, &r);
		return;
	case 65281:
		renegotiation_info(l, &r);
		return;
	case 17: /* nothing is said of these */
	case 18:
	case 22:
	case 23:
	case 49:
	case 13172:
		return;
	default:
		say_octets(l, 0, "Data", r);
	}
}
