/* Tables and numbers of TLS and DTLS. Numbers: IANA's registries "Transport Layer Security (TLS) Parameters"
 * and "Transport Layer Security (TLS) Extensions". */
#include "indexer/dissectors/tls.h"
#include "indexer/dissectors/tls_names.h"

static const struct value_name content_types[] = { { 20, "Change Cipher Spec" }, { 21, "Alert" },
	{ 22, "Handshake" }, { 23, "Application Data" }, { 24, "Heartbeat" }, { 25, "Connection ID" },
	{ 0, NULL } };

const struct value_name tls_versions[] = { { SSL2, "SSL 2.0" }, { SSL3, "SSL 3.0" }, { TLS10, "TLS 1.0" },
	{ TLS11, "TLS 1.1" }, { TLS12, "TLS 1.2" }, { TLS13, "TLS 1.3" }, { TLCP, "TLCP" },
	{ DTLS10, "DTLS 1.0" }, { DTLS12, "DTLS 1.2" }, { DTLS10_OPENSSL, "DTLS 1.0 (OpenSSL pre 0.9.8f)" },
	TLS_GREASE_NAMES, { 0, NULL } };

static const struct value_name message_types[] = { { 0, "Hello Request" }, { 1, "Client Hello" },
	{ 2, "Server Hello" }, { 3, "Hello Verify Request" }, { 4, "New Session Ticket" },
	{ 5, "End of Early Data" }, { 6, "Hello Retry Request" }, { 8, "Encrypted Extensions" },
	{ 11, "Certificate" }, { 12, "Server Key Exchange" }, { 13, "Certificate Request" },
	{ 14, "Server Hello Done" }, { 15, "Certificate Verify" }, { 16, "Client Key Exchange" },
	{ 20, "Finished" }, { 21, "Certificate URL" }, { 22, "Certificate Status" },
	{ 23, "Supplemental Data" }, { 24, "Key Update" }, { 25, "Compressed Certificate" },
	{ 67, "Next Protocol" }, { 0, NULL } };

static const struct value_name alert_levels[] = { { 1, "Warning" }, { 2, "Fatal" }, { 0, NULL } };

static const struct value_name alert_descriptions[] = { { 0, "Close Notify" }, { 1, "End of Early Data" },
	{ 10, "Unexpected Message" }, { 20, "Bad Record MAC" }, { 21, "Decryption Failed" },
	{ 22, "Record Overflow" }, { 30, "Decompression Failure" }, { 40, "Handshake Failure" },
	{ 41, "No Certificate" }, { 42, "Bad Certificate" }, { 43, "Unsupported Certificate" },
	{ 44, "Certificate Revoked" }, { 45, "Certificate Expired" }, { 46, "Certificate Unknown" },
	{ 47, "Illegal Parameter" }, { 48, "Unknown CA" }, { 49, "Access Denied" }, { 50, "Decode Error" },
	{ 51, "Decrypt Error" }, { 60, "Export Restriction" }, { 70, "Protocol Version" },
	{ 71, "Insufficient Security" }, { 80, "Internal Error" }, { 86, "Inappropriate Fallback" },
	{ 90, "User Canceled" }, { 100, "No Renegotiation" }, { 109, "Missing Extension" },
	{ 110, "Unsupported Extension" }, { 111, "Certificate Unobtainable" }, { 112, "Unrecognized Name" },
	{ 113, "Bad Certificate Status Response" }, { 114, "Bad Certificate Hash Value" },
	{ 115, "Unknown PSK Identity" }, { 116, "Certificate Required" }, { 120, "No application Protocol" },
	{ 0, NULL } };

static const struct value_name heartbeat_types[] = { { 1, "Request" }, { 2, "Response" }, { 0, NULL } };

static const struct value_name compressions[] = { { 0, "null" }, { 1, "DEFLATE" }, { 64, "LZS" },
	{ 0, NULL } };

static const struct value_name extension_types[] = { { 0, "server_name" }, { 1, "max_fragment_length" },
	{ 2, "client_certificate_url" }, { 3, "trusted_ca_keys" }, { 4, "truncated_hmac" },
	{ 5, "status_request" }, { 6, "user_mapping" }, { 7, "client_authz" }, { 8, "server_authz" },
	{ 9, "cert_type" }, { 10, "supported_groups" }, { 11, "ec_point_formats" }, { 12, "srp" },
	{ 13, "signature_algorithms" }, { 14, "use_srtp" }, { 15, "heartbeat" },
	{ 16, "application_layer_protocol_negotiation" }, { 17, "status_request_v2" },
	{ 18, "signed_certificate_timestamp" }, { 19, "client_certificate_type" },
	{ 20, "server_certificate_type" }, { 21, "padding" }, { 22, "encrypt_then_mac" },
	{ 23, "extended_master_secret" }, { 24, "token_binding" }, { 25, "cached_info" },
	{ 27, "compress_certificate" }, { 28, "record_size_limit" }, { 34, "delegated_credentials" },
	{ 35, "session_ticket" }, { 41, "pre_shared_key" }, { 42, "early_data" },
	{ 43, "supported_versions" }, { 44, "cookie" }, { 45, "psk_key_exchange_modes" },
	{ 47, "certificate_authorities" }, { 48, "oid_filters" }, { 49, "post_handshake_auth" },
	{ 50, "signature_algorithms_cert" }, { 51, "key_share" }, { 53, "connection_id" },
	{ 57, "quic_transport_parameters" }, { 13172, "next_protocol_negotiation" },
	{ 17513, "application_settings" }, { 30032, "channel_id" }, { 65281, "renegotiation_info" },
	{ 40, "Reserved (key_share)" }, { 46, "Reserved (ticket_early_data_info)" },
	{ 65445, "quic_transport_parameters (drafts version)" }, TLS_GREASE_NAMES, { 0, NULL } };

const struct value_name tls_groups[] = { { 1, "sect163k1" }, { 2, "sect163r1" }, { 3, "sect163r2" },
	{ 4, "sect193r1" }, { 5, "sect193r2" }, { 6, "sect233k1" }, { 7, "sect233r1" }, { 8, "sect239k1" },
	{ 9, "sect283k1" }, { 10, "sect283r1" }, { 11, "sect409k1" }, { 12, "sect409r1" },
	{ 13, "sect571k1" }, { 14, "sect571r1" }, { 15, "secp160k1" }, { 16, "secp160r1" },
	{ 17, "secp160r2" }, { 18, "secp192k1" }, { 19, "secp192r1" }, { 20, "secp224k1" },
	{ 21, "secp224r1" }, { 22, "secp256k1" }, { 23, "secp256r1" }, { 24, "secp384r1" },
	{ 25, "secp521r1" }, { 26, "brainpoolP256r1" }, { 27, "brainpoolP384r1" }, { 28, "brainpoolP512r1" },
	{ 29, "x25519" }, { 30, "x448" }, { 256, "ffdhe2048" }, { 257, "ffdhe3072" }, { 258, "ffdhe4096" },
	{ 259, "ffdhe6144" }, { 260, "ffdhe8192" }, { 0x29, "curveSM2" }, TLS_GREASE_NAMES, { 0, NULL } };

const struct value_name tls_point_formats[] = { { 0, "uncompressed" }, { 1, "ansiX962_compressed_prime" },
	{ 2, "ansiX962_compressed_char2" }, { 0, NULL } };

const struct value_name tls_signatures[] = { { 0x0201, "rsa_pkcs1_sha1" }, { 0x0202, "SHA1 DSA" },
	{ 0x0203, "ecdsa_sha1" }, { 0x0301, "SHA224 RSA" }, { 0x0302, "SHA224 DSA" },
	{ 0x0303, "SHA224 ECDSA" }, { 0x0401, "rsa_pkcs1_sha256" }, { 0x0402, "SHA256 DSA" },
	{ 0x0403, "ecdsa_secp256r1_sha256" }, { 0x0501, "rsa_pkcs1_sha384" }, { 0x0502, "SHA384 DSA" },
	{ 0x0503, "ecdsa_secp384r1_sha384" }, { 0x0601, "rsa_pkcs1_sha512" }, { 0x0602, "SHA512 DSA" },
	{ 0x0603, "ecdsa_secp521r1_sha512" }, { 0x0804, "rsa_pss_rsae_sha256" },
	{ 0x0805, "rsa_pss_rsae_sha384" }, { 0x0806, "rsa_pss_rsae_sha512" }, { 0x0807, "ed25519" },
	{ 0x0808, "ed448" }, { 0x0809, "rsa_pss_pss_sha256" }, { 0x080a, "rsa_pss_pss_sha384" },
	{ 0x080b, "rsa_pss_pss_sha512" }, { 0, NULL } };

/* RFC 8446, section 4.2.9. */
const struct value_name tls_psk_modes[] = { { 0, "PSK-only key establishment (psk_ke)" },
	{ 1, "PSK with (EC)DHE key establishment (psk_dhe_ke)" }, { 0, NULL } };

/* RFC 6066, section 3. */
const struct value_name tls_name_types[] = { { 0, "host_name" }, { 0, NULL } };

static const struct value_name curve_types[] = { { 1, "explicit_prime" }, { 2, "explicit_char2" },
	{ 3, "named_curve" }, { 0, NULL } };

static const struct field ssl2_fields[SSL2_NFIELDS] = {
	[SSL2_IS_ESCAPE] = { "tls.record.is_escape", "Is Escape", KIND_BOOL },
	[SSL2_PADDING_LENGTH] = { "tls.record.padding_length", "Padding Length", KIND_UINT, .octets = 1 },
	[SSL2_CIPHERSPEC] = { "tls.handshake.cipherspec", "Cipher Spec", KIND_LIST, BASE_HEX, 3 },
	[SSL2_CIPHER_SPEC_LEN] = { "tls.handshake.cipher_spec_len", "Cipher Spec Length", KIND_UINT,
		.octets = 2 },
	[SSL2_CIPHERSUITES] = { "tls.handshake.ciphersuites", "Cipher Suites", KIND_NONE,
		.sql = "CASE WHEN {handshake_cipher_spec_len} IS NOT NULL THEN 1 END" },
	[SSL2_CHALLENGE_LENGTH] = { "tls.handshake.challenge_length", "Challenge Length", KIND_UINT,
		.octets = 2 },
};

static const struct field piece_fields[PIECE_NFIELDS] = {
	[PIECE_HANDSHAKE] = { "tls.handshake", "Handshake Protocol", KIND_NONE, .sql = "1" },
	[PIECE_TYPE] = { "piece_of", "Type of the message that goes on", KIND_UINT, .octets = 1,
		.internal = true, .names = message_types },
	[PIECE_LAST_TYPE] = { "last_piece_of", "Type of the message that it ends", KIND_UINT, .octets = 1,
		.internal = true, .names = message_types },
	[PIECE_TOTAL] = { "reassembled", "Length of the message that it ends", KIND_UINT, .octets = 4,
		.internal = true },
	[PIECE_OF_SEVERAL] = { "piece_of_several", "pieces or messages", KIND_UINT, .internal = true },
	[PIECE_COUNT] = { "tls.handshake.fragment.count", "Handshake Fragment count", KIND_UINT, .octets = 4,
		.generated = true },
	[PIECE_FRAGMENTS] = { "tls.handshake.fragments", "Reassembled Handshake Fragments", KIND_NONE,
		.generated = true, .sql = "CASE WHEN {handshake_fragment_count} IS NOT NULL THEN 1 END" },
};

static const struct field pieces_fields[PIECES_NFIELDS] = {
	[PIECES_FRAME] = { "tls.handshake.fragment", "Handshake Fragment", KIND_FRAME, .generated = true },
	[PIECES_BEGIN] = { "piece_begin", "First octet of it in the message", KIND_UINT, .octets = 4,
		.internal = true },
	[PIECES_END] = { "piece_end", "Last octet of it in the message", KIND_UINT, .octets = 4,
		.internal = true },
};

static const struct field whole_fields[WHOLE_NFIELDS] = {
	[WHOLE_REASSEMBLED_IN] = { "tls.handshake.reassembled_in", "Reassembled Handshake Message in frame",
		KIND_FRAME, .generated = true },
};

static const char *const layer_parts[] = { "rare", NULL };

#define P                   "tls"
#define NAME(x)             tls_##x
#define ONLY_TLS(full, tls) tls
#define IS_TLS
#include "indexer/dissectors/tls_records.h"
#undef P
#undef NAME
#undef ONLY_TLS
#undef IS_TLS

#define P                   "dtls"
#define NAME(x)             dtls_##x
#define ONLY_TLS(full, tls) full
#include "indexer/dissectors/tls_records.h"

static bool is_named(const struct value_name *names, unsigned value)
{
	for (; names->name; names++)
		if ((unsigned)names->value == value)
			return true;
	return false;
}

bool tls_is_content_type(unsigned type)
{
	return type >= TLS_CHANGE_CIPHER_SPEC && type <= TLS_WITH_CID;
}

bool tls_is_message_type(unsigned type)
{
	return is_named(message_types, type);
}

bool tls_is_version(unsigned version)
{
	return is_named(tls_versions, version);
}

const char *tls_column(unsigned version)
{
	switch (version) {
	case SSL2:
		return "SSLv2";
	case SSL3:
		return "SSLv3";
	case TLS10:
		return "TLSv1";
	case TLS11:
		return "TLSv1.1";
	case TLS12:
		return "TLSv1.2";
	case TLS13:
		return "TLSv1.3";
	case TLCP:
		return "TLCP";
	case DTLS10:
		return "DTLSv1.0";
	case DTLS10_OPENSSL:
		return "DTLS 1.0 (OpenSSL pre 0.9.8f)";
	case DTLS12:
		return "DTLSv1.2";
	default:
		return NULL;
	}
}
