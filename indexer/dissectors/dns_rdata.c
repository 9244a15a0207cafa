/* Data of resource records. Most types are a row of plain values, told by a list of steps; the others have a
 * function. */
#include "indexer/dissectors/dns_rdata.h"

struct layout {
	uint16_t type;
	uint8_t record; /* enum dns_record; DNS_REC_RR: the columns of the record itself */
	bool whole;     /* read to the end before anything is shown */
	struct step steps[14];
};

/* RFC 1035 unless another is named. */
static const struct layout layouts[] = {
	{ 1, DNS_REC_RR, 0, { { IP4, RR_A } } }, { 2, DNS_REC_RR, 0, { { NAME, RR_NS } } },
	{ 3, DNS_REC_RARE, 0, { { NAME, RARE_MD } } }, { 4, DNS_REC_RARE, 0, { { NAME, RARE_MF } } },
	{ 5, DNS_REC_RR, 0, { { NAME, RR_CNAME } } },
	{ 6, DNS_REC_SOA, 0,
		{ { NAME, SOA_MNAME }, { NAME, SOA_RNAME }, { U32, SOA_SERIAL_NUMBER },
			{ U32, SOA_REFRESH_INTERVAL }, { U32, SOA_RETRY_INTERVAL }, { U32, SOA_EXPIRE_LIMIT },
			{ U32, SOA_MINIMUM_TTL } } },
	{ 7, DNS_REC_RARE, 0, { { NAME, RARE_MB } } }, { 8, DNS_REC_RARE, 0, { { NAME, RARE_MG } } },
	{ 9, DNS_REC_RARE, 0, { { NAME, RARE_MR } } }, { 10, DNS_REC_RARE, 0, { { REST, RARE_NULL } } },
	{ 12, DNS_REC_RR, 0, { { NAME, RR_PTR_DOMAIN_NAME } } },
	{ 13, DNS_REC_RARE, 1, { { STRING, RARE_HINFO_CPU_LENGTH }, { STRING, RARE_HINFO_OS_LENGTH } } },
	{ 14, DNS_REC_RARE, 0, { { NAME, RARE_MINFO_R }, { NAME, RARE_MINFO_E } } },
	{ 15, DNS_REC_MX, 1, { { U16, MX_PREFERENCE }, { NAME, MX_MAIL_EXCHANGE } } },
	{ 17, DNS_REC_RARE, 0, { { NAME, RARE_RP_MAILBOX }, { NAME, RARE_RP_TXT_RR } } }, /* RFC 1183 */
	{ 18, DNS_REC_RARE, 1, { { U16, RARE_AFSDB_SUBTYPE }, { NAME, RARE_AFSDB_HOSTNAME } } },
	{ 19, DNS_REC_RARE, 0, { { STRING, RARE_X25_LENGTH } } },
	{ 20, DNS_REC_RARE, 0,
		{ { STRING, RARE_IDSN_LENGTH }, { STOP_BELOW, 2 }, { STRING, RARE_IDSN_SA_LENGTH } } },
	{ 21, DNS_REC_RARE, 1, { { U16, RARE_RT_SUBTYPE }, { NAME, RARE_RT_INTERMEDIATE_HOST } } },
	{ 22, DNS_REC_RARE, 0, { { REST, RARE_NSAP_RDATA } } }, /* RFC 1706 */
	{ 23, DNS_REC_RARE, 0, { { NAME, RARE_NSAP_PTR_OWNER } } },
	{ 26, DNS_REC_RARE, 0,
		{ { U16, RARE_PX_PREFERENCE }, { NAME, RARE_PX_MAP822 }, { NAME, RARE_PX_MAP400 } } },
	{ 27, DNS_REC_RARE, 0,
		{ { STRING, RARE_GPOS_LONGITUDE_LENGTH }, { STRING, RARE_GPOS_LATITUDE_LENGTH },
			{ STRING, RARE_GPOS_ALTITUDE_LENGTH } } }, /* RFC 1712 */
	{ 28, DNS_REC_RR, 0, { { IP6, RR_AAAA } } },               /* RFC 3596 */
	{ 33, DNS_REC_SRV, 0,
		{ { U16, SRV_PRIORITY }, { U16, SRV_WEIGHT }, { U16, SRV_PORT }, { NAME, SRV_TARGET } } },
	{ 36, DNS_REC_KEYS, 1,
		{ { U16, KEYS_KX_PREFERENCE }, { NAME, KEYS_KX_KEY_EXCHANGE } } }, /* RFC 2230 */
	{ 37, DNS_REC_KEYS, 0,
		{ { U16, KEYS_CERT_TYPE }, { U16, KEYS_CERT_KEY_TAG }, { U8, KEYS_CERT_ALGORITHM },
			{ REST, KEYS_CERT_CERTIFICATE } } }, /* RFC 4398 */
	{ 39, DNS_REC_RARE, 0, { { NAME, RARE_DNAME } } },   /* RFC 6672 */
	{ 43, DNS_REC_SEC, 0,
		{ { U16, SEC_DS_KEY_ID }, { U8, SEC_DS_ALGORITHM }, { U8, SEC_DS_DIGEST_TYPE },
			{ REST_OR_NONE, SEC_DS_DIGEST } } }, /* RFC 4034 */
	{ 44, DNS_REC_SEC, 0,
		{ { U8, SEC_SSHFP_ALGORITHM }, { U8, SEC_SSHFP_FINGERPRINT_TYPE },
			{ REST, SEC_SSHFP_FINGERPRINT } } },     /* RFC 4255 */
	{ 49, DNS_REC_KEYS, 0, { { REST, KEYS_DHCID_RDATA } } }, /* RFC 4701 */
	{ 52, DNS_REC_SEC, 0,
		{ { U8, SEC_TLSA_CERTIFICATE_USAGE }, { U8, SEC_TLSA_SELECTOR },
			{ U8, SEC_TLSA_MATCHING_TYPE },
			{ REST_OR_NONE, SEC_TLSA_CERTIFICATE_ASSOCIATION_DATA } } }, /* RFC 6698 */
	{ 61, DNS_REC_KEYS, 0, { { REST_TEXT, KEYS_OPENPGPKEY } } },
	{ 63, DNS_REC_KEYS, 0,
		{ { U32, KEYS_ZONEMD_SERIAL }, { U8, KEYS_ZONEMD_SCHEME }, { U8, KEYS_ZONEMD_HASH_ALGO },
			{ REST_OR_NONE, KEYS_ZONEMD_DIGEST } } },
	{ 104, DNS_REC_RARE, 0,
		{ { U16, RARE_ILNP_NID_PREFERENCE }, { BYTES8, RARE_ILNP_NID } } }, /* RFC 6742 */
	{ 105, DNS_REC_RARE, 0, { { U16, RARE_ILNP_L32_PREFERENCE }, { IP4, RARE_ILNP_L32 } } },
	{ 106, DNS_REC_RARE, 0, { { U16, RARE_ILNP_L64_PREFERENCE }, { BYTES8, RARE_ILNP_L64 } } },
	{ 107, DNS_REC_RARE, 0, { { U16, RARE_ILNP_LP_PREFERENCE }, { NAME, RARE_ILNP_LP } } },
	{ 108, DNS_REC_RARE, 0, { { MAC, RARE_EUI48 } } },
	{ 109, DNS_REC_RARE, 0, { { BYTES8, RARE_EUI64 } } },
	{ 0xff02, DNS_REC_RARE, 0,
		{ { FLAG32, RARE_WINSR_LOCAL_FLAG }, { U32, RARE_WINSR_LOOKUP_TIMEOUT },
			{ U32, RARE_WINSR_CACHE_TIMEOUT }, { NAME, RARE_WINSR_NAME_RESULT_DOMAIN } } },
	{ 24, DNS_REC_SEC, 0,
		{ { U16, SEC_RRSIG_TYPE_COVERED }, { U8, SEC_RRSIG_ALGORITHM }, { U8, SEC_RRSIG_LABELS },
			{ U32, SEC_RRSIG_ORIGINAL_TTL }, { TIME, SEC_RRSIG_SIGNATURE_EXPIRATION },
			{ TIME, SEC_RRSIG_SIGNATURE_INCEPTION }, { U16, SEC_RRSIG_KEY_TAG },
			{ NAME, SEC_RRSIG_SIGNERS_NAME },
			{ REST, SEC_RRSIG_SIGNATURE } } }, /* RFC 2535; see 46 */
	{ 46, DNS_REC_SEC, 0,
		{ { U16, SEC_RRSIG_TYPE_COVERED }, { U8, SEC_RRSIG_ALGORITHM }, { U8, SEC_RRSIG_LABELS },
			{ U32, SEC_RRSIG_ORIGINAL_TTL }, { TIME, SEC_RRSIG_SIGNATURE_EXPIRATION },
			{ TIME, SEC_RRSIG_SIGNATURE_INCEPTION }, { U16, SEC_RRSIG_KEY_TAG },
			{ NAME, SEC_RRSIG_SIGNERS_NAME },
			{ REST, SEC_RRSIG_SIGNATURE } } }, /* RFC 4034, section 3.1 */
};

struct row *rdata_row(struct rdata *d, unsigned record, unsigned rr_field)
{
	d->r = row_open(d->m->pkt, &proto_dns, record);
	row_set(d->r, rr_field, d->rr->n);
	return d->r;
}

void rdata_ascii(struct row *r, unsigned field, struct cursor *c, uint32_t n)
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

void rdata_string(struct row *r, unsigned field, struct cursor *c)
{
	uint32_t n = (uint32_t)row_be(r, field, c, 1);
	if (!*c->fail)
		rdata_ascii(r, field + 1, c, n);
}

void rdata_octets(struct row *r, unsigned field, struct cursor *c, uint32_t n)
{
	if (n == 0)
		row_set(r, field, SPAN_MAKE(0, 0));
	else
		row_bytes(r, field, c, n);
}

uint32_t rdata_rest(const struct rdata *d)
{
	int32_t n = rdata_left(d);
	if (n == -1)
		return d->c->pos < d->c->len ? d->c->len - d->c->pos : 0;
	if (n < 0 && !rdata_failed(d))
		d->m->pkt->fail = CUR_BAD;
	return n > 0 ? (uint32_t)n : 0;
}

void rdata_row_rest(struct rdata *d, unsigned field)
{
	row_bytes(d->r, field, d->c, rdata_rest(d));
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
		rdata_string(r, s->field, d->c);
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
		rdata_row_rest(d, s->field);
		break;
	case REST_OR_NONE:
		rdata_octets(r, s->field, d->c, rdata_rest(d));
		break;
	case REST_TEXT:
		rdata_ascii(r, s->field, d->c, rdata_rest(d));
		break;
	case STOP_BELOW:
		return rdata_left(d) >= s->field;
	default:
		break;
	}
	return !rdata_failed(d);
}

bool rdata_steps(struct rdata *d, const struct step *s)
{
	for (; s->op != END; s++)
		if (!take_step(d, s))
			return false;
	return true;
}

/* ---- by type ---- */

/* Types with a reader of their own; `record` (not 0: dns_rr) gets a row first. */
static const struct special {
	uint16_t type;
	uint8_t record;
	void (*read)(struct rdata *d);
} specials[] = {
	{ 11, DNS_REC_RARE, rdata_wks },
	{ 16, 0, rdata_txt },
	{ 25, DNS_REC_KEYS, rdata_key },
	{ 29, DNS_REC_RARE, rdata_loc },
	{ 30, DNS_REC_RARE, rdata_nxt },
	{ 35, DNS_REC_RARE, rdata_naptr },
	{ 38, DNS_REC_RARE, rdata_a6 },
	{ 41, 0, rdata_opt },
	{ 42, 0, rdata_apl },
	{ 45, DNS_REC_KEYS, rdata_ipseckey },
	{ 47, DNS_REC_SEC, rdata_nsec },
	{ 48, DNS_REC_SEC, rdata_dnskey },
	{ 50, DNS_REC_SEC, rdata_nsec3 },
	{ 51, DNS_REC_SEC, rdata_nsec3param },
	{ 55, DNS_REC_KEYS, rdata_hip },
	{ 60, DNS_REC_SEC, rdata_dnskey },
	{ 62, DNS_REC_KEYS, rdata_csync },
	{ 64, 0, rdata_svcb },
	{ 65, 0, rdata_svcb },
	{ 99, 0, rdata_spf },
	{ 249, DNS_REC_KEYS, rdata_tkey },
	{ 250, DNS_REC_KEYS, rdata_tsig },
	{ 257, DNS_REC_SEC, rdata_caa },
	{ 0xff01, DNS_REC_RARE, rdata_wins },
	{ 65422, DNS_REC_RARE, rdata_xpf },
};

static const struct special *special_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++)
		if (specials[i].type == type)
			return &specials[i];
	return NULL;
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
	static const uint8_t rr_fields[DNS_REC_COUNT] = {
		[DNS_REC_SEC] = SEC_RR, [DNS_REC_KEYS] = KEYS_RR, [DNS_REC_RARE] = RARE_RR
	};
	struct rdata d = { .m = m, .c = m->c, .end = m->c->pos + len, .rr = rr, .r = rr };
	const struct special *s = special_of(type);
	if (s) {
		if (s->record)
			rdata_row(&d, s->record, rr_fields[s->record]);
		s->read(&d);
		return;
	}
	const struct layout *l = layout_of(type);
	if (!l) {
		rdata_row(&d, DNS_REC_RARE, RARE_RR);
		rdata_row_rest(&d, RARE_DATA);
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
	if (!rdata_steps(&d, l->steps) && l->whole && m->pkt->fail)
		memcpy(d.r->set, before, sizeof(before));
}
