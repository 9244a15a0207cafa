/* Data of resource records. Most types are a row of plain values, told by a list of steps; the others have a function. */
#include "indexer/dissectors/dns.h"

/* ---- types that are a list of steps ---- */

enum step_op {
	END,
	U8,     /* unsigned numbers of 1, 2, 4 octets */
	U16,
	U32,
	FLAG32, /* the lowest bit of 4 octets */
	IP4,
	IP6,
	MAC,
	NAME,   /* a domain name; may reach beyond the record */
	STRING, /* an octet of length, then text: this field and the next one */
	BYTES8, /* 8 octets */
	TIME,   /* seconds since 1970, 4 octets */
	REST,   /* octets to the end of the data */
	REST_OR_NONE, /* the same, shown even when there are none */
	REST_TEXT,
	STOP_BELOW /* `field` is a number: with fewer octets left than that nothing more is looked at */
};

struct step {
	uint8_t op, field;
};

struct layout {
	uint16_t type;
	uint8_t record;  /* enum dns_record; DNS_REC_RR: the columns of the record itself */
	bool whole;      /* read to the end before anything is shown */
	struct step steps[14];
};

/* RFC 1035 unless another is named. */
static const struct layout layouts[] = {
	{ 1, DNS_REC_RR, 0, { { IP4, RR_A } } },
	{ 2, DNS_REC_RR, 0, { { NAME, RR_NS } } },
	{ 3, DNS_REC_RARE, 0, { { NAME, RARE_MD } } },
	{ 4, DNS_REC_RARE, 0, { { NAME, RARE_MF } } },
	{ 5, DNS_REC_RR, 0, { { NAME, RR_CNAME } } },
	{ 6, DNS_REC_SOA, 0, { { NAME, SOA_MNAME }, { NAME, SOA_RNAME }, { U32, SOA_SERIAL_NUMBER },
			{ U32, SOA_REFRESH_INTERVAL }, { U32, SOA_RETRY_INTERVAL }, { U32, SOA_EXPIRE_LIMIT },
			{ U32, SOA_MINIMUM_TTL } } },
	{ 7, DNS_REC_RARE, 0, { { NAME, RARE_MB } } },
	{ 8, DNS_REC_RARE, 0, { { NAME, RARE_MG } } },
	{ 9, DNS_REC_RARE, 0, { { NAME, RARE_MR } } },
	{ 10, DNS_REC_RARE, 0, { { REST, RARE_NULL } } },
	{ 12, DNS_REC_RR, 0, { { NAME, RR_PTR_DOMAIN_NAME } } },
	{ 13, DNS_REC_RARE, 1, { { STRING, RARE_HINFO_CPU_LENGTH }, { STRING, RARE_HINFO_OS_LENGTH } } },
	{ 14, DNS_REC_RARE, 0, { { NAME, RARE_MINFO_R }, { NAME, RARE_MINFO_E } } },
	{ 15, DNS_REC_MX, 1, { { U16, MX_PREFERENCE }, { NAME, MX_MAIL_EXCHANGE } } },
	{ 17, DNS_REC_RARE, 0, { { NAME, RARE_RP_MAILBOX }, { NAME, RARE_RP_TXT_RR } } }, /* RFC 1183 */
	{ 18, DNS_REC_RARE, 0, { { U16, RARE_AFSDB_SUBTYPE }, { NAME, RARE_AFSDB_HOSTNAME } } },
	{ 19, DNS_REC_RARE, 0, { { STRING, RARE_X25_LENGTH } } },
	{ 20, DNS_REC_RARE, 0, { { STRING, RARE_IDSN_LENGTH }, { STOP_BELOW, 2 }, { STRING, RARE_IDSN_SA_LENGTH } } },
	{ 21, DNS_REC_RARE, 0, { { U16, RARE_RT_SUBTYPE }, { NAME, RARE_RT_INTERMEDIATE_HOST } } },
	{ 22, DNS_REC_RARE, 0, { { REST, RARE_NSAP_RDATA } } }, /* RFC 1706 */
	{ 23, DNS_REC_RARE, 0, { { NAME, RARE_NSAP_PTR_OWNER } } },
	{ 26, DNS_REC_RARE, 0, { { U16, RARE_PX_PREFERENCE }, { NAME, RARE_PX_MAP822 }, { NAME, RARE_PX_MAP400 } } },
	{ 27, DNS_REC_RARE, 0, { { STRING, RARE_GPOS_LONGITUDE_LENGTH }, { STRING, RARE_GPOS_LATITUDE_LENGTH },
			{ STRING, RARE_GPOS_ALTITUDE_LENGTH } } }, /* RFC 1712 */
	{ 28, DNS_REC_RR, 0, { { IP6, RR_AAAA } } }, /* RFC 3596 */
	{ 33, DNS_REC_SRV, 0, { { U16, SRV_PRIORITY }, { U16, SRV_WEIGHT }, { U16, SRV_PORT }, { NAME, SRV_TARGET } } },
	{ 36, DNS_REC_KEYS, 1, { { U16, KEYS_KX_PREFERENCE }, { NAME, KEYS_KX_KEY_EXCHANGE } } }, /* RFC 2230 */
	{ 37, DNS_REC_KEYS, 0, { { U16, KEYS_CERT_TYPE }, { U16, KEYS_CERT_KEY_TAG },
			{ U8, KEYS_CERT_ALGORITHM }, { REST, KEYS_CERT_CERTIFICATE } } }, /* RFC 4398 */
	{ 39, DNS_REC_RARE, 0, { { NAME, RARE_DNAME } } }, /* RFC 6672 */
	{ 43, DNS_REC_SEC, 0, { { U16, SEC_DS_KEY_ID }, { U8, SEC_DS_ALGORITHM }, { U8, SEC_DS_DIGEST_TYPE },
			{ REST_OR_NONE, SEC_DS_DIGEST } } }, /* RFC 4034 */
	{ 44, DNS_REC_SEC, 0, { { U8, SEC_SSHFP_ALGORITHM }, { U8, SEC_SSHFP_FINGERPRINT_TYPE },
			{ REST, SEC_SSHFP_FINGERPRINT } } }, /* RFC 4255 */
	{ 49, DNS_REC_KEYS, 0, { { REST, KEYS_DHCID_RDATA } } }, /* RFC 4701 */
	{ 52, DNS_REC_SEC, 0, { { U8, SEC_TLSA_CERTIFICATE_USAGE }, { U8, SEC_TLSA_SELECTOR }, { U8, SEC_TLSA_MATCHING_TYPE },
			{ REST_OR_NONE, SEC_TLSA_CERTIFICATE_ASSOCIATION_DATA } } }, /* RFC 6698 */
	{ 61, DNS_REC_KEYS, 0, { { REST_TEXT, KEYS_OPENPGPKEY } } },
	{ 63, DNS_REC_KEYS, 0, { { U32, KEYS_ZONEMD_SERIAL }, { U8, KEYS_ZONEMD_SCHEME }, { U8, KEYS_ZONEMD_HASH_ALGO },
			{ REST_OR_NONE, KEYS_ZONEMD_DIGEST } } },
	{ 104, DNS_REC_RARE, 0, { { U16, RARE_ILNP_NID_PREFERENCE }, { BYTES8, RARE_ILNP_NID } } }, /* RFC 6742 */
	{ 105, DNS_REC_RARE, 0, { { U16, RARE_ILNP_L32_PREFERENCE }, { IP4, RARE_ILNP_L32 } } },
	{ 106, DNS_REC_RARE, 0, { { U16, RARE_ILNP_L64_PREFERENCE }, { BYTES8, RARE_ILNP_L64 } } },
	{ 107, DNS_REC_RARE, 0, { { U16, RARE_ILNP_LP_PREFERENCE }, { NAME, RARE_ILNP_LP } } },
	{ 108, DNS_REC_RARE, 0, { { MAC, RARE_EUI48 } } },
	{ 109, DNS_REC_RARE, 0, { { BYTES8, RARE_EUI64 } } },
	{ 0xff02, DNS_REC_RARE, 0, { { FLAG32, RARE_WINSR_LOCAL_FLAG }, { U32, RARE_WINSR_LOOKUP_TIMEOUT }, { U32, RARE_WINSR_CACHE_TIMEOUT },
			{ NAME, RARE_WINSR_NAME_RESULT_DOMAIN } } },
};

/* RFC 4034, section 3.1 (RRSIG) and RFC 2535 (SIG). */
static const struct step rrsig_steps[] = { { U16, SEC_RRSIG_TYPE_COVERED }, { U8, SEC_RRSIG_ALGORITHM }, { U8, SEC_RRSIG_LABELS }, { U32, SEC_RRSIG_ORIGINAL_TTL }, { TIME, SEC_RRSIG_SIGNATURE_EXPIRATION }, { TIME, SEC_RRSIG_SIGNATURE_INCEPTION }, { U16, SEC_RRSIG_KEY_TAG },
	{ NAME, SEC_RRSIG_SIGNERS_NAME }, { REST, SEC_RRSIG_SIGNATURE }, { END, 0 } };

/* RFC 2930, section 2; the rest depends on two lengths. */
static const struct step tkey_steps[] = { { NAME, KEYS_TKEY_ALGO_NAME }, { TIME, KEYS_TKEY_SIGNATURE_INCEPTION }, { TIME, KEYS_TKEY_SIGNATURE_EXPIRATION },
	{ U16, KEYS_TKEY_MODE }, { U16, KEYS_TKEY_ERROR }, { END, 0 } };

static const struct step loc_steps[] = { { U8, RARE_LOC_SIZE }, { U8, RARE_LOC_HORIZONTAL_PRECISION },
	{ U8, RARE_LOC_VERTICAL_PRECISION }, { U32, RARE_LOC_LATITUDE }, { U32, RARE_LOC_LONGITUDE },
	{ U32, RARE_LOC_ALTITUDE }, { END, 0 } };

/* The data of one record on its way. */
struct rdata {
	struct dns_message *m;
	struct cursor *c;  /* the message's */
	uint32_t end;      /* where the data ends, by the record's length */
	struct row *rr;
	struct row *r;     /* of the side table, or rr itself */
};

static bool failed(const struct rdata *d)
{
	return d->m->pkt->fail;
}

/* Octets left; below 0 when a name or text went beyond the end. */
static int32_t left(const struct rdata *d)
{
	return (int32_t)(d->end - d->c->pos);
}

static struct row *side_row(struct rdata *d, unsigned record, unsigned rr_field)
{
	d->r = row_open(d->m->pkt, &proto_dns, record);
	row_set(d->r, rr_field, d->rr->n);
	return d->r;
}

/* ASCII: each octet above 127 is shown as U+FFFD, what comes behind a NUL is not. */
static void row_ascii(struct row *r, unsigned field, struct cursor *c, uint32_t n)
{
	char text[256];
	const uint8_t *p = n ? cur_take(c, n) : c->data;
	if (!p)
		return;
	if (n < sizeof(text)) {
		uint32_t k = 0;
		for (; k < n && p[k]; k++)
			text[k] = (char)(p[k] < 0x80 ? p[k] : 0xff);
		row_text(r, field, text, k, p, n);
		return;
	}
	row_text(r, field, (const char *)p, strnlen((const char *)p, n), p, n);
}

/* An octet of length, then so much text, which may reach beyond the record. */
static void row_counted(struct row *r, unsigned field, struct cursor *c)
{
	uint32_t n = (uint32_t)row_be(r, field, c, 1);
	if (!*c->fail)
		row_ascii(r, field + 1, c, n);
}

/* Octets, also none: Wireshark shows that too. */
static void row_octets(struct row *r, unsigned field, struct cursor *c, uint32_t n)
{
	if (n == 0)
		row_set(r, field, SPAN_MAKE(0, 0));
	else
		row_bytes(r, field, c, n);
}

/* Octets to the end of the data. Where the values before went one octet beyond it Wireshark takes all to the end of the
 * message (a length of -1 says that there); further than that is malformed. */
static uint32_t rest(const struct rdata *d)
{
	int32_t n = left(d);
	if (n == -1)
		return d->c->pos < d->c->len ? d->c->len - d->c->pos : 0;
	if (n < 0 && !failed(d))
		d->m->pkt->fail = CUR_BAD;
	return n > 0 ? (uint32_t)n : 0;
}

static void row_rest(struct rdata *d, unsigned field)
{
	row_bytes(d->r, field, d->c, rest(d));
}

/* False where the data is too short for the next step. */
static bool take_step(struct rdata *d, const struct step *s)
{
	struct row *r = d->r;
	switch (s->op) {
	case U8:
		row_be(r, s->field, d->c, 1);
		break;
	case U16:
		row_be(r, s->field, d->c, 2);
		break;
	case U32:
		row_be(r, s->field, d->c, 4);
		break;
	case FLAG32:
		row_set_at(r, s->field, (int64_t)(cur_be(d->c, 4) & 1), d->c->data + d->c->pos - 4, 4);
		break;
	case IP4:
		row_address(r, s->field, d->c, KIND_IPV4);
		break;
	case IP6:
		row_address(r, s->field, d->c, KIND_IPV6);
		break;
	case MAC:
		row_address(r, s->field, d->c, KIND_ETHER);
		break;
	case NAME:
		dns_row_name(d->m, r, s->field);
		break;
	case STRING:
		row_counted(r, s->field, d->c);
		break;
	case BYTES8:
		row_bytes(r, s->field, d->c, 8);
		break;
	case TIME: {
		int64_t seconds = (int64_t)cur_be(d->c, 4);
		row_set_at(r, s->field, seconds * 1000000000, d->c->data + d->c->pos - 4, 4);
		break;
	}
	case REST:
		row_rest(d, s->field);
		break;
	case REST_OR_NONE:
		row_octets(r, s->field, d->c, rest(d));
		break;
	case REST_TEXT:
		row_ascii(r, s->field, d->c, rest(d));
		break;
	case STOP_BELOW:
		return left(d) >= s->field;
	default:
		break;
	}
	return !failed(d);
}

static bool take_steps(struct rdata *d, const struct step *s)
{
	for (; s->op != END; s++)
		if (!take_step(d, s))
			return false;
	return true;
}

/* ---- types with lists or choices inside ---- */

/* Wireshark shows the types of a bitmap as dns.resp.type, between those of the records: rows of dns_rr with a type only. */
static void bitmap_octet(struct rdata *d, uint32_t type)
{
	const uint8_t *p = cur_take(d->c, 1);
	for (unsigned bit = 0; p && bit < 8; bit++)
		if (*p & 0x80 >> bit)
			row_set_at(row_open(d->m->pkt, &proto_dns, DNS_REC_RR), RR_TYPE, type + bit, p, 1);
}

/* RFC 4034, section 4.1.2: windows of 256 types, each with up to 32 octets of bits. */
static void type_bitmap(struct rdata *d)
{
	while (left(d) != 0 && !failed(d)) {
		uint32_t window = (uint32_t)cur_be(d->c, 1), n = (uint32_t)cur_be(d->c, 1);
		for (uint32_t i = 0; i < n && !failed(d); i++)
			bitmap_octet(d, (window << 8) + (i << 3));
	}
}

static void nsec(struct rdata *d)
{
	if (dns_row_name(d->m, d->r, SEC_NSEC_NEXT_DOMAIN_NAME))
		type_bitmap(d);
}

/* RFC 2535, section 5.2: one bit for each of the first types. */
static void nxt(struct rdata *d)
{
	if (!dns_row_name(d->m, d->r, RARE_NXT_NEXT_DOMAIN_NAME))
		return;
	for (uint32_t type = 0; left(d) != 0 && !failed(d); type += 8)
		bitmap_octet(d, type);
}

/* RFC 7477. */
static void csync(struct rdata *d)
{
	row_be(d->r, KEYS_CSYNC_SOA, d->c, 4);
	row_be(d->r, KEYS_CSYNC_FLAGS, d->c, 2);
	struct cursor bits = *d->c;
	row_octets(d->r, KEYS_CSYNC_TYPE_BITMAP, &bits, rest(d));
	type_bitmap(d);
}

/* RFC 3403. */
static void naptr(struct rdata *d)
{
	static const struct step steps[] = { { U16, RARE_NAPTR_ORDER }, { U16, RARE_NAPTR_PREFERENCE },
		{ STRING, RARE_NAPTR_FLAGS_LENGTH }, { STRING, RARE_NAPTR_SERVICE_LENGTH },
		{ STRING, RARE_NAPTR_REGEX_LENGTH }, { END, 0 } };
	struct dns_name name;
	if (take_steps(d, steps) && dns_name_read(&name, d->c, d->m->base)) {
		row_set(d->r, RARE_NAPTR_REPLACEMENT_LENGTH, name.len);
		row_text(d->r, RARE_NAPTR_REPLACEMENT, name.text, name.text_len, d->c->data + name.at, name.used);
	}
}

static void txt(struct rdata *d, unsigned field)
{
	while (left(d) != 0 && !failed(d)) {
		side_row(d, DNS_REC_TXT, TXT_RR);
		row_counted(d->r, field, d->c);
	}
}

static void wks(struct rdata *d)
{
	side_row(d, DNS_REC_RARE, RARE_RR);
	row_address(d->r, RARE_WKS_ADDRESS, d->c, KIND_IPV4);
	row_be(d->r, RARE_WKS_PROTOCOL, d->c, 1);
	for (bool first = true; left(d) != 0 && !failed(d);) {
		const uint8_t *p = cur_take(d->c, 1);
		if (!p || !*p)
			continue;
		if (!first)
			side_row(d, DNS_REC_RARE, RARE_RR);
		first = false;
		row_set_at(d->r, RARE_WKS_BITS, *p, p, 1);
	}
}

/* RFC 4034, appendix B. */
static uint32_t key_tag(const uint8_t *p, uint32_t n, uint32_t algorithm)
{
	uint32_t sum = 0;
	if (algorithm == 1) /* RSA/MD5: the last but two octets */
		return n >= 4 ? be16(p + n - 3) : 0;
	for (uint32_t i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	return (sum + (sum >> 16)) & 0xffff;
}

/* KEY (RFC 2535) and DNSKEY (RFC 4034): flags, protocol, algorithm, key; the key's tag follows from all of them. The
 * fields stand in this order: flags, protocol, algorithm, tag, key. */
#define KEY_MIN 4 /* below that Wireshark works out no tag */
static void key(struct rdata *d, unsigned flags, unsigned protocol)
{
	const uint8_t *start = d->c->data + d->c->pos;
	uint32_t len = (uint32_t)left(d);
	row_be(d->r, flags, d->c, 2);
	row_be(d->r, protocol, d->c, 1);
	uint32_t algorithm = (uint32_t)row_be(d->r, protocol + 1, d->c, 1);
	struct cursor all = { start, 0, d->c->cap - (uint32_t)(start - d->c->data), d->c->len - (uint32_t)(start - d->c->data),
		d->c->fail };
	if (len >= KEY_MIN && cur_need(&all, len))
		row_set(d->r, protocol + 2, key_tag(start, len, algorithm));
	row_rest(d, protocol + 3);
}

/* RFC 4025. */
static void ipseckey(struct rdata *d)
{
	row_be(d->r, KEYS_IPSECKEY_GATEWAY_PRECEDENCE, d->c, 1);
	uint32_t type = (uint32_t)row_be(d->r, KEYS_IPSECKEY_GATEWAY_TYPE, d->c, 1);
	row_be(d->r, KEYS_IPSECKEY_GATEWAY_ALGORITHM, d->c, 1);
	if (type == 1)
		row_address(d->r, KEYS_IPSECKEY_GATEWAY_IPV4, d->c, KIND_IPV4);
	else if (type == 2)
		row_address(d->r, KEYS_IPSECKEY_GATEWAY_IPV6, d->c, KIND_IPV6);
	else if (type == 3)
		dns_row_name(d->m, d->r, KEYS_IPSECKEY_GATEWAY_DNS);
	row_rest(d, KEYS_IPSECKEY_PUBLIC_KEY);
}

/* RFC 2874: the last octets of an address, and a name whose A6 has the first ones. */
static void a6(struct rdata *d)
{
	uint8_t suffix[16] = { 0 };
	struct row *r = d->r;
	const uint8_t *at = d->c->data + d->c->pos;
	uint32_t prefix = (uint32_t)cur_be(d->c, 1), bits = 128 - prefix;
	uint32_t n = prefix > 128 ? 16 : bits ? (bits - 1) / 8 + 1 : 0;
	struct dns_name name;
	const uint8_t *p = n ? cur_take(d->c, n) : at;
	if (!p || (prefix && !dns_name_read(&name, d->c, d->m->base)))
		return;
	memcpy(suffix + 16 - n, p, n);
	row_set_at(r, RARE_A6_PREFIX_LEN, prefix, at, 1);
	if (bits)
		row_address_at(r, RARE_A6_ADDRESS_SUFFIX, KIND_IPV6, suffix);
	if (prefix)
		row_text(r, RARE_A6_PREFIX_NAME, name.text, name.text_len, d->c->data + name.at, name.used);
}

/* RFC 1876: version 0 is the only one described. */
static void loc(struct rdata *d)
{
	if (row_be(d->r, RARE_LOC_VERSION, d->c, 1) == 0) {
		take_steps(d, loc_steps);
		return;
	}
	/* Wireshark shows the version octet with the rest. */
	d->c->pos--;
	row_rest(d, RARE_LOC_UNKNOWN_DATA);
}

/* RFC 3123: prefixes, each without its trailing zero octets. */
static void apl(struct rdata *d)
{
	while (left(d) > 1 && !failed(d)) {
		uint8_t address[16] = { 0 };
		struct row *r = side_row(d, DNS_REC_RARE, RARE_RR);
		uint32_t family = (uint32_t)row_be(r, RARE_APL_ADDRESS_FAMILY, d->c, 2);
		row_be(r, RARE_APL_CODED_PREFIX, d->c, 1);
		uint32_t n = (uint32_t)cur_be(d->c, 1);
		row_set(r, RARE_APL_NEGATION, n >> 7);
		row_set(r, RARE_APL_AFDLENGTH, n & 0x7f);
		n &= 0x7f;
		if (family == 1 && n <= 4) {
			const uint8_t *p = cur_take(d->c, n);
			if (p)
				memcpy(address, p, n);
			row_address_at(r, RARE_APL_AFDPART_IPV4, KIND_IPV4, address);
		} else if (family == 2 && n <= 16) {
			const uint8_t *p = cur_take(d->c, n);
			if (p)
				memcpy(address, p, n);
			row_address_at(r, RARE_APL_AFDPART_IPV6, KIND_IPV6, address);
		} else {
			row_octets(r, RARE_APL_AFDPART_DATA, d->c, n);
		}
	}
}

/* RFC 5155, section 3: the hash is shown in base32 with the extended hex alphabet (RFC 4648, section 7). */
static void nsec3(struct rdata *d, bool has_hash)
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
	char text[256 * 8 / 5 + 8];
	unsigned n = 0, bits = 0, value = 0;
	row_be(d->r, SEC_NSEC3_ALGO, d->c, 1);
	row_be(d->r, SEC_NSEC3_FLAGS, d->c, 1);
	row_be(d->r, SEC_NSEC3_ITERATIONS, d->c, 2);
	row_octets(d->r, SEC_NSEC3_SALT_VALUE, d->c, (uint32_t)row_be(d->r, SEC_NSEC3_SALT_LENGTH, d->c, 1));
	if (!has_hash || failed(d))
		return;
	uint32_t len = (uint32_t)row_be(d->r, SEC_NSEC3_HASH_LENGTH, d->c, 1);
	const uint8_t *p = failed(d) ? NULL : cur_take(d->c, len);
	if (!p)
		return;
	for (uint32_t i = 0; i < len; i++) {
		value = (value << 8 | p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			text[n++] = alphabet[value >> (bits - 5) & 31];
	}
	if (bits)
		text[n++] = alphabet[value << (5 - bits) & 31];
	row_text(d->r, SEC_NSEC3_HASH_VALUE, text, n, p, len);
	type_bitmap(d);
}

/* RFC 8005. */
static void hip(struct rdata *d)
{
	uint32_t hit = (uint32_t)row_be(d->r, KEYS_HIP_HIT_LENGTH, d->c, 1);
	row_be(d->r, KEYS_HIP_HIT_PK_ALGO, d->c, 1);
	uint32_t key_len = (uint32_t)row_be(d->r, KEYS_HIP_PK_LENGTH, d->c, 2);
	row_octets(d->r, KEYS_HIP_HIT, d->c, hit);
	row_octets(d->r, KEYS_HIP_PK, d->c, key_len);
	for (bool first = true; left(d) > 1 && !failed(d); first = false) {
		if (!first)
			side_row(d, DNS_REC_KEYS, KEYS_RR);
		dns_row_name(d->m, d->r, KEYS_HIP_RENDEZVOUS_SERVER);
	}
}

static void tkey(struct rdata *d)
{
	if (!take_steps(d, tkey_steps))
		return;
	uint32_t n = (uint32_t)row_be(d->r, KEYS_TKEY_KEY_SIZE, d->c, 2);
	row_bytes(d->r, KEYS_TKEY_KEY_DATA, d->c, n);
	n = (uint32_t)row_be(d->r, KEYS_TKEY_OTHER_SIZE, d->c, 2);
	row_bytes(d->r, KEYS_TKEY_OTHER_DATA, d->c, n);
}

/* RFC 8945, section 4.2. */
static void tsig(struct rdata *d)
{
	if (!dns_row_name(d->m, d->r, KEYS_TSIG_ALGORITHM_NAME) || failed(d))
		return;
	cur_be(d->c, 2); /* the high bits of the time are not shown */
	int64_t seconds = (int64_t)cur_be(d->c, 4);
	row_set_at(d->r, KEYS_TSIG_TIME_SIGNED, seconds * 1000000000, d->c->data + d->c->pos - 6, 6);
	row_be(d->r, KEYS_TSIG_FUDGE, d->c, 2);
	uint32_t n = (uint32_t)row_be(d->r, KEYS_TSIG_MAC_SIZE, d->c, 2);
	if (n && cur_take(d->c, n))
		row_set(d->r, KEYS_TSIG_MAC, 1);
	static const struct step steps[] = { { U16, KEYS_TSIG_ORIGINAL_ID }, { U16, KEYS_TSIG_ERROR }, { END, 0 } };
	if (!take_steps(d, steps))
		return;
	n = (uint32_t)row_be(d->r, KEYS_TSIG_OTHER_LEN, d->c, 2);
	row_bytes(d->r, KEYS_TSIG_OTHER_DATA, d->c, n);
}

static void wins(struct rdata *d)
{
	static const struct step steps[] = { { FLAG32, RARE_WINS_LOCAL_FLAG }, { U32, RARE_WINS_LOOKUP_TIMEOUT }, { U32, RARE_WINS_CACHE_TIMEOUT }, { END, 0 } };
	if (!take_steps(d, steps))
		return;
	uint32_t servers = (uint32_t)row_be(d->r, RARE_WINS_NB_WINS_SERVERS, d->c, 4);
	for (uint32_t i = 0; i < servers && left(d) != 0 && !failed(d); i++) {
		if (i)
			side_row(d, DNS_REC_RARE, RARE_RR);
		row_address(d->r, RARE_WINS_WINS_SERVER, d->c, KIND_IPV4);
	}
}

/* draft-bellis-dnsop-xpf: addresses and ports of the client behind a proxy. */
static void xpf(struct rdata *d)
{
	uint32_t version = (uint32_t)row_be(d->r, RARE_XPF_IP_VERSION, d->c, 1);
	row_be(d->r, RARE_XPF_PROTOCOL, d->c, 1);
	if (version == 4) {
		row_address(d->r, RARE_XPF_SOURCE_IPV4, d->c, KIND_IPV4);
		row_address(d->r, RARE_XPF_DESTINATION_IPV4, d->c, KIND_IPV4);
	} else if (version == 6) {
		row_address(d->r, RARE_XPF_SOURCE_IPV6, d->c, KIND_IPV6);
		row_address(d->r, RARE_XPF_DESTINATION_IPV6, d->c, KIND_IPV6);
	} else {
		return;
	}
	row_be(d->r, RARE_XPF_SPORT, d->c, 2);
	row_be(d->r, RARE_XPF_DPORT, d->c, 2);
}

/* RFC 8659. */
static void caa(struct rdata *d)
{
	row_be(d->r, SEC_CAA_FLAGS, d->c, 1);
	uint32_t n = (uint32_t)cur_be(d->c, 1);
	const uint8_t *at = d->c->data + d->c->pos - 1, *tag = failed(d) ? NULL : cur_take(d->c, n);
	if (!tag)
		return;
	uint32_t value_len = rest(d);
	unsigned field = n == 5 && memcmp(tag, "issue", 5) == 0 ? SEC_CAA_ISSUE
				 : n == 9 && memcmp(tag, "issuewild", 9) == 0 ? SEC_CAA_ISSUEWILD
				 : n == 5 && memcmp(tag, "iodef", 5) == 0     ? SEC_CAA_IODEF
										    : SEC_CAA_UNKNOWN;
	struct cursor c = { tag, 0, n, n, d->c->fail };
	row_set_at(d->r, SEC_CAA_TAG_LENGTH, n, at, 1);
	row_ascii(d->r, SEC_CAA_TAG, &c, n);
	const uint8_t *value = cur_take(d->c, value_len);
	if (!value)
		return;
	char text[1024];
	size_t text_len = dns_text_format(text, sizeof(text), value, value_len);
	row_text(d->r, field, text, text_len, value, value_len);
	row_text(d->r, SEC_CAA_VALUE, text, text_len, value, value_len);
}

/* ---- EDNS options (RFC 6891, section 6.1.2) ---- */

enum edns_option { NSID = 3, DAU = 5, DHU = 6, N3U = 7, CLIENT_SUBNET = 8, COOKIE = 10, TCP_KEEPALIVE = 11, PADDING = 12,
	CHAIN = 13, EXTENDED_ERROR = 15 };

/* RFC 7871, section 6. */
static void client_subnet(struct rdata *d, struct row *r, struct cursor *c, uint32_t len)
{
	uint8_t address[16] = { 0 };
	uint32_t family = (uint32_t)row_be(r, OPTION_CLIENT_FAMILY, c, 2);
	row_be(r, OPTION_CLIENT_NETMASK, c, 1);
	row_be(r, OPTION_CLIENT_SCOPE, c, 1);
	if (len < 4 && !failed(d))
		d->m->pkt->fail = CUR_BAD;
	uint32_t n = len - 4 > 16 ? 16 : len - 4;
	struct cursor here = *c;
	const uint8_t *p = cur_take(c, n);
	if (!p || failed(d))
		return;
	memcpy(address, p, n);
	if (family == 1)
		row_address_at(r, OPTION_CLIENT_ADDR4, KIND_IPV4, address);
	else if (family == 2)
		row_address_at(r, OPTION_CLIENT_ADDR6, KIND_IPV6, address);
	else
		row_octets(r, OPTION_CLIENT_ADDR, &here, n);
}

/* Each octet is one algorithm: a row each. */
static void algorithms(struct rdata *d, unsigned field, struct cursor *c, uint32_t len)
{
	for (uint32_t i = 0; i < len && !failed(d); i++) {
		struct row *r = i ? side_row(d, DNS_REC_OPTION, OPTION_RR) : d->r;
		row_be(r, field, c, 1);
	}
}

static void edns_option(struct rdata *d, struct cursor *c, uint32_t code, uint32_t len)
{
	struct row *r = d->r;
	switch (code) {
	case DAU:
		algorithms(d, OPTION_DAU, c, len);
		break;
	case DHU:
		algorithms(d, OPTION_DHU, c, len);
		break;
	case N3U:
		algorithms(d, OPTION_N3U, c, len);
		break;
	case CLIENT_SUBNET:
		client_subnet(d, r, c, len);
		break;
	case COOKIE: /* RFC 7873 */
		row_octets(r, OPTION_COOKIE_CLIENT, c, 8);
		row_octets(r, OPTION_COOKIE_SERVER, c, len < 8 ? 0 : len - 8);
		break;
	case TCP_KEEPALIVE:
		if (len == 2)
			row_be(r, OPTION_EDNS_TCP_KEEPALIVE_TIMEOUT, c, 2);
		break;
	case PADDING:
		row_octets(r, OPTION_PADDING, c, len);
		break;
	case CHAIN:
		if (len)
			dns_row_name(d->m, r, OPTION_CHAIN_FQDN);
		break;
	case EXTENDED_ERROR: /* RFC 8914 */
		row_be(r, OPTION_EXT_ERROR_INFO_CODE, c, 2);
		if (len > 2)
			row_string(r, OPTION_EXT_ERROR_EXTRA_TEXT, c, len - 2);
		break;
	default:
		break;
	}
}

static void opt(struct rdata *d)
{
	while (left(d) > 0 && !failed(d)) {
		const uint8_t *p = cur_take(d->c, 4);
		if (!p)
			return;
		uint32_t code = be16(p), len = be16(p + 2), start = d->c->pos;
		struct row *r = side_row(d, DNS_REC_OPTION, OPTION_RR);
		struct cursor data = *d->c;
		row_set_at(r, OPTION_CODE, code, p, 2);
		row_set_at(r, OPTION_LEN, len, p + 2, 2);
		row_octets(r, OPTION_DATA, &data, len);
		edns_option(d, d->c, code, len);
		if (failed(d))
			return;
		d->c->pos = start;
		cur_skip(d->c, len);
	}
}

/* ---- SVCB and HTTPS (RFC 9460) ---- */

enum svc_param { SVC_MANDATORY, SVC_ALPN, SVC_NO_DEFAULT_ALPN, SVC_PORT, SVC_IPV4HINT, SVC_ECH, SVC_IPV6HINT,
	SVC_ODOHCONFIG = 32769 };

/* Values that repeat get a row each; the first stands in the row of its parameter. */
static struct row *value_row(struct rdata *d, bool *first)
{
	struct row *r = *first ? d->r : side_row(d, DNS_REC_SVCB, SVCB_RR);
	*first = false;
	return r;
}

static void svc_value(struct rdata *d, uint32_t key_id, uint32_t len)
{
	uint32_t end = d->c->pos + len;
	bool first = true;
	switch (key_id) {
	case SVC_MANDATORY:
		while (d->c->pos < end && !failed(d))
			row_be(value_row(d, &first), SVCB_MANDATORY_KEY, d->c, 2);
		break;
	case SVC_ALPN:
		while (d->c->pos < end && !failed(d))
			row_counted(value_row(d, &first), SVCB_ALPN_LENGTH, d->c);
		break;
	case SVC_NO_DEFAULT_ALPN:
		break;
	case SVC_PORT:
		row_be(d->r, SVCB_PORT, d->c, 2);
		break;
	case SVC_IPV4HINT:
		while (d->c->pos < end && !failed(d))
			row_address(value_row(d, &first), SVCB_IPV4HINT_IP, d->c, KIND_IPV4);
		break;
	case SVC_IPV6HINT:
		while (d->c->pos < end && !failed(d))
			row_address(value_row(d, &first), SVCB_IPV6HINT_IP, d->c, KIND_IPV6);
		break;
	case SVC_ECH:
		row_octets(d->r, SVCB_ECHCONFIG, d->c, len);
		break;
	case SVC_ODOHCONFIG:
		row_octets(d->r, SVCB_ODOHCONFIG, d->c, len);
		break;
	default:
		row_bytes(d->r, SVCB_VALUE, d->c, len);
		break;
	}
}

static void svcb(struct rdata *d)
{
	side_row(d, DNS_REC_SVCB, SVCB_RR);
	row_be(d->r, SVCB_SVCPRIORITY, d->c, 2);
	dns_row_name(d->m, d->r, SVCB_TARGETNAME);
	while (left(d) > 0 && !failed(d)) {
		struct row *r = side_row(d, DNS_REC_SVCB, SVCB_RR);
		uint32_t key_id = (uint32_t)row_be(r, SVCB_KEY, d->c, 2);
		uint32_t len = (uint32_t)row_be(r, SVCB_VALUE_LENGTH, d->c, 2);
		if (failed(d))
			return;
		svc_value(d, key_id, len);
	}
}

/* ---- by type ---- */

static bool special(struct rdata *d, uint32_t type)
{
	switch (type) {
	case 11:
		wks(d);
		return true;
	case 16:
		txt(d, TXT_LENGTH);
		return true;
	case 99: /* RFC 4408 */
		txt(d, TXT_SPF_LENGTH);
		return true;
	case 24:
	case 46:
		side_row(d, DNS_REC_SEC, SEC_RR);
		take_steps(d, rrsig_steps);
		return true;
	case 25:
		side_row(d, DNS_REC_KEYS, KEYS_RR);
		key(d, KEYS_KEY_FLAGS, KEYS_KEY_PROTOCOL);
		return true;
	case 29:
		side_row(d, DNS_REC_RARE, RARE_RR);
		loc(d);
		return true;
	case 30:
		side_row(d, DNS_REC_RARE, RARE_RR);
		nxt(d);
		return true;
	case 35:
		side_row(d, DNS_REC_RARE, RARE_RR);
		naptr(d);
		return true;
	case 38:
		side_row(d, DNS_REC_RARE, RARE_RR);
		a6(d);
		return true;
	case 41:
		opt(d);
		return true;
	case 42:
		apl(d);
		return true;
	case 45:
		side_row(d, DNS_REC_KEYS, KEYS_RR);
		ipseckey(d);
		return true;
	case 47:
		side_row(d, DNS_REC_SEC, SEC_RR);
		nsec(d);
		return true;
	case 48:
	case 60:
		side_row(d, DNS_REC_SEC, SEC_RR);
		key(d, SEC_DNSKEY_FLAGS, SEC_DNSKEY_PROTOCOL);
		return true;
	case 50:
	case 51:
		side_row(d, DNS_REC_SEC, SEC_RR);
		nsec3(d, type == 50);
		return true;
	case 55:
		side_row(d, DNS_REC_KEYS, KEYS_RR);
		hip(d);
		return true;
	case 62:
		side_row(d, DNS_REC_KEYS, KEYS_RR);
		csync(d);
		return true;
	case 64:
	case 65:
		svcb(d);
		return true;
	case 249:
		side_row(d, DNS_REC_KEYS, KEYS_RR);
		tkey(d);
		return true;
	case 250:
		side_row(d, DNS_REC_KEYS, KEYS_RR);
		tsig(d);
		return true;
	case 257:
		side_row(d, DNS_REC_SEC, SEC_RR);
		caa(d);
		return true;
	case 0xff01:
		side_row(d, DNS_REC_RARE, RARE_RR);
		wins(d);
		return true;
	case 65422:
		side_row(d, DNS_REC_RARE, RARE_RR);
		xpf(d);
		return true;
	default:
		return false;
	}
}

static const struct layout *layout_of(uint32_t type)
{
	if (type == 59 || type == 32769)
		type = 43; /* CDS and DLV look like DS */
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if (layouts[i].type == type)
			return &layouts[i];
	return NULL;
}

void dns_rdata(struct dns_message *m, struct row *rr, uint32_t type, uint32_t len)
{
	static const uint8_t rr_fields[DNS_REC_COUNT] = { [DNS_REC_SEC] = SEC_RR, [DNS_REC_KEYS] = KEYS_RR, [DNS_REC_RARE] = RARE_RR };
	struct rdata d = { .m = m, .c = m->c, .end = m->c->pos + len, .rr = rr, .r = rr };
	if (special(&d, type))
		return;
	const struct layout *l = layout_of(type);
	if (!l) {
		side_row(&d, DNS_REC_RARE, RARE_RR);
		row_rest(&d, RARE_DATA);
		return;
	}
	if (l->record == DNS_REC_SRV && m->srv)
		d.r = m->srv;
	else if (l->record != DNS_REC_RR)
		d.r = row_open(m->pkt, &proto_dns, l->record);
	if (l->record == DNS_REC_MX || l->record == DNS_REC_SRV || l->record == DNS_REC_SOA)
		d.r->n = rr->n;
	else if (l->record != DNS_REC_RR)
		row_set(d.r, rr_fields[l->record], rr->n);
	uint64_t before[sizeof(d.r->set) / sizeof(*d.r->set)];
	memcpy(before, d.r->set, sizeof(before));
	if (!take_steps(&d, l->steps) && l->whole && m->pkt->fail)
		memcpy(d.r->set, before, sizeof(before));
}
