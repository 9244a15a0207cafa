/* Kerberos: the fields of a message. */
#include "indexer/dissectors/kerberos.h"

static const struct value_name msg_types[] = { { 10, "krb-as-req" }, { 11, "krb-as-rep" },
	{ 12, "krb-tgs-req" }, { 13, "krb-tgs-rep" }, { 14, "krb-ap-req" }, { 15, "krb-ap-rep" },
	{ 20, "krb-safe" }, { 21, "krb-priv" }, { 22, "krb-cred" }, { 30, "krb-error" }, { 0, NULL } };

static const struct value_name etypes[] = { { 1, "eTYPE-DES-CBC-CRC" }, { 2, "eTYPE-DES-CBC-MD4" },
	{ 3, "eTYPE-DES-CBC-MD5" }, { 5, "eTYPE-DES3-CBC-MD5" }, { 7, "eTYPE-OLD-DES3-CBC-SHA1" },
	{ 16, "eTYPE-DES3-CBC-SHA1" }, { 17, "eTYPE-AES128-CTS-HMAC-SHA1-96" },
	{ 18, "eTYPE-AES256-CTS-HMAC-SHA1-96" }, { 19, "eTYPE-AES128-CTS-HMAC-SHA256-128" },
	{ 20, "eTYPE-AES256-CTS-HMAC-SHA384-192" }, { 23, "eTYPE-ARCFOUR-HMAC-MD5" },
	{ 24, "eTYPE-ARCFOUR-HMAC-MD5-56" }, { 25, "eTYPE-CAMELLIA128-CTS-CMAC" },
	{ 26, "eTYPE-CAMELLIA256-CTS-CMAC" }, { 0, NULL } };

static const struct value_name error_codes[] = { { 0, "eRR-NONE" }, { 6, "eRR-C-PRINCIPAL-UNKNOWN" },
	{ 7, "eRR-S-PRINCIPAL-UNKNOWN" }, { 12, "eRR-POLICY" }, { 13, "eRR-BADOPTION" },
	{ 14, "eRR-ETYPE-NOSUPP" }, { 18, "eRR-CLIENT-REVOKED" }, { 23, "eRR-KEY-EXP" },
	{ 24, "eRR-PREAUTH-FAILED" }, { 25, "eRR-PREAUTH-REQUIRED" }, { 31, "eRR-BAD-INTEGRITY" },
	{ 32, "eRR-TKT-EXPIRED" }, { 34, "eRR-REPEAT" }, { 37, "eRR-SKEW" }, { 41, "eRR-MODIFIED" },
	{ 52, "eRR-RESPONSE-TOO-BIG" }, { 60, "eRR-GENERIC" }, { 68, "eRR-WRONG-REALM" }, { 0, NULL } };

static const struct field krb_fields[KRB_NFIELDS] = {
	[KRB_PVNO] = { "kerberos.pvno", "pvno", KIND_UINT, .octets = 4 },
	[KRB_MSG_TYPE] = { "kerberos.msg_type", "msg-type", KIND_INT, .octets = 4, .names = msg_types },
	[KRB_RM_LENGTH] = { "kerberos.rm.length", "Record Length", KIND_UINT, .octets = 4, .part = 1 },
	[KRB_KDC_OPTIONS] = { "kerberos.kdc_options", "kdc-options", KIND_BYTES, .part = 2 },
	[KRB_AP_OPTIONS] = { "kerberos.ap_options", "ap-options", KIND_BYTES, .part = 1 },
	[KRB_CREALM] = { "kerberos.crealm", "crealm", KIND_TEXT, .part = 3 },
	[KRB_TILL] = { "kerberos.till", "till", KIND_TIME, .part = 2 },
	[KRB_RTIME] = { "kerberos.rtime", "rtime", KIND_TIME, .part = 2 },
	[KRB_FROM] = { "kerberos.from", "from", KIND_TIME, .part = 2 },
	[KRB_NONCE] = { "kerberos.nonce", "nonce", KIND_UINT, .octets = 4, .part = 2 },
	[KRB_ENCTYPES] = { "kerberos.ENCTYPE", "ENCTYPE", KIND_LIST, .part = 2 },
	[KRB_TKT_VNO] = { "kerberos.tkt_vno", "tkt-vno", KIND_UINT, .octets = 4, .part = 3 },
	[KRB_ERROR_CODE] = { "kerberos.error_code", "error-code", KIND_INT, .octets = 4, .part = 4,
		.names = error_codes },
	[KRB_E_TEXT] = { "kerberos.e_text", "e-text", KIND_TEXT, .part = 4 },
	[KRB_CTIME] = { "kerberos.ctime", "ctime", KIND_TIME, .part = 4 },
	[KRB_STIME] = { "kerberos.stime", "stime", KIND_TIME, .part = 4 },
	[KRB_SUSEC] = { "kerberos.susec", "susec", KIND_UINT, .octets = 4, .part = 4 },
	[KRB_CUSEC] = { "kerberos.cusec", "cusec", KIND_UINT, .octets = 4, .part = 4 },
};

static const struct field item_fields[ITEM_NFIELDS] = {
	[ITEM_NAME_TYPE] = { "kerberos.name_type", "name-type", KIND_INT, .octets = 4 },
	[ITEM_CNAME] = { "kerberos.CNameString", "CNameString", KIND_TEXT },
	[ITEM_SNAME] = { "kerberos.SNameString", "SNameString", KIND_TEXT },
	[ITEM_REALM] = { "kerberos.realm", "realm", KIND_TEXT },
	[ITEM_PADATA] = { "kerberos.padata_type", "padata-type", KIND_INT, .octets = 4 },
	[ITEM_ETYPE] = { "kerberos.etype", "etype", KIND_INT, .octets = 4, .names = etypes },
	[ITEM_KVNO] = { "kerberos.kvno", "kvno", KIND_UINT, .octets = 4 },
	[ITEM_CIPHER] = { "kerberos.cipher", "cipher", KIND_BYTES },
};

const struct record krb_records[KRB_RECORDS] = {
	{ "kerberos", RECORD_LAYER, KRB_NFIELDS, krb_fields,
		(const char *const[]) { "ap", "request", "ticket", "error", NULL } },
	{ "kerberos_item", RECORD_CHILD, ITEM_NFIELDS, item_fields, NULL },
};
