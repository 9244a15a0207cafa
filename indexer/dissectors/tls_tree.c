/* How Wireshark's tree shows TLS and DTLS: records, in them handshake messages, in those extensions. */
#include "indexer/dissectors/tls_tree.h"

#include "indexer/dissectors/tls.h"

static const struct value_name titles[] = { { SSL3, "SSLv3" }, { TLS10, "TLSv1" }, { TLS11, "TLSv1.1" },
	{ TLS12, "TLSv1.2" }, { TLS13, "TLSv1.3" }, { TLCP, "TLCP" }, { DTLS10, "DTLSv1.0" },
	{ DTLS12, "DTLSv1.2" }, { 0, NULL } };

/* The version that the session speaks, where it is known; else the record's own. */
#define TITLE(P)                                                                                             \
	"<{" P ".session_version:m}>"                                                                        \
	"<{" P ".session_version!:}{session_version?:}{session_version:m}>"                                  \
	"<{" P ".session_version!:}{session_version!:}{" P ".record.version:m}> Record Layer: "

/* clang-format off */
#define WHAT(P)                                                                                              \
	"<{" P ".record.content_type=20:}Change Cipher Spec Protocol: Change Cipher Spec>"                   \
	"<{" P ".record.content_type=21:}Alert (Level: {" P ".alert_message.level:n}, "                      \
		"Description: {" P ".alert_message.desc:n})>"                                                \
	"<{" P ".record.content_type=21:}{" P ".alert_message.level!:}Encrypted Alert>"                      \
	"{#" P "_handshake?Handshake Protocol: Multiple Handshake Messages}"                                 \
	"<{piece_of_several!:}{#" P "_handshake:0}Handshake Protocol: {" P ".handshake.type:n}>"            \
	"<{piece_of_several?:}{#" P "_handshake:0}Handshake Protocol: Multiple Handshake Messages>"          \
	"<{piece_of_several!:}{" P ".handshake.type!:}Handshake Protocol: {piece_of:n} (fragment)>"          \
	"<{" P ".record.content_type=22:}{" P ".handshake.type!:}{piece_of!:}"                               \
		"Handshake Protocol: Encrypted Handshake Message>"                                           \
	"<{" P ".record.content_type=23:}Application Data Protocol: >"                                       \
	"<{" P ".record.opaque_type=23:}Application Data Protocol: >"                                        \
	"<{" P ".record.content_type=23:}{" P ".app_data_proto!:}Application Data>"                          \
	"<{" P ".record.opaque_type=23:}{" P ".app_data_proto!:}Application Data>"                           \
	"<{" P ".app_data_proto}>"                                                                           \
	"<{" P ".record.content_type=24:}Heartbeat {" P ".heartbeat_message.type:n}>"                        \
	"<{" P ".record.content_type=24:}{" P ".heartbeat_message.type!:}Encrypted Heartbeat>"

#define LENGTH_OF(d, label, field) { d, NULL, label ": {" field ":l}" }, { d, field }

#define SIGNATURE(d, P, label, field)                                                                        \
	{ d, P ".handshake.sig_hash_alg", .number_lines = tls_signature_lines },                             \
	LENGTH_OF(d, label, field)

#define KEY_EXCHANGE(d, P)                                                                                   \
	{ d, .record = P "_key_exchange" },                                                                  \
	{ d + 1, NULL, "EC Diffie-Hellman Server Params", .when = P ".handshake.server_point" },             \
	{ d + 2, P ".handshake.server_curve_type" },                                                         \
	{ d + 2, P ".handshake.server_named_curve" },                                                        \
	LENGTH_OF(d + 2, "Pubkey Length", P ".handshake.server_point"),                                      \
	SIGNATURE(d + 2, P, "Signature Length", P ".handshake.sig"),                                         \
	{ d + 1, NULL, "Diffie-Hellman Server Params", .when = P ".handshake.ys" },                          \
	LENGTH_OF(d + 2, "p Length", P ".handshake.p"),                                                      \
	LENGTH_OF(d + 2, "g Length", P ".handshake.g"),                                                      \
	LENGTH_OF(d + 2, "Pubkey Length", P ".handshake.ys"),                                                \
	SIGNATURE(d + 2, P, "Signature Length", P ".handshake.sig"),                                         \
	{ d + 1, NULL, "EC Diffie-Hellman Client Params", .when = P ".handshake.client_point" },             \
	LENGTH_OF(d + 2, "Pubkey Length", P ".handshake.client_point"),                                      \
	{ d + 1, NULL, "Diffie-Hellman Client Params", .when = P ".handshake.yc" },                          \
	LENGTH_OF(d + 2, "Pubkey Length", P ".handshake.yc"),                                                \
	{ d + 1, NULL, "RSA Encrypted PreMaster Secret", .when = P ".handshake.epms" },                      \
	LENGTH_OF(d + 2, "Encrypted PreMaster length", P ".handshake.epms"),                                 \
	SIGNATURE(d + 1, P, "Signature length", P ".handshake.client_cert_vrfy.sig")

/* What stands below a handshake message. */
#define HANDSHAKE(d, P)                                                                                      \
	{ d, P ".handshake.type" }, { d, P ".handshake.length" },                                            \
	{ d, P ".handshake.message_seq" }, { d, P ".handshake.fragment_offset" },                            \
	{ d, P ".handshake.fragment_length" }, { d, P ".handshake", "" },                                    \
	{ d, .record = P "_hello" }, { d + 1, P ".handshake.version" },                                      \
	{ d + 1, P ".handshake.random" },                                                                    \
	{ d + 2, P ".handshake.random_time" }, { d + 2, P ".handshake.random_bytes" },                       \
	{ d + 1, P ".handshake.session_id_length" }, { d + 1, P ".handshake.session_id" },                   \
	{ d + 1, P ".handshake.cookie_length" }, { d + 1, P ".handshake.cookie" },                           \
	{ d + 1, P ".handshake.cipher_suites_length" },                                                      \
	{ d + 1, P ".handshake.ciphersuite",                                                                 \
		"{" P ".handshake.cipher_suites_length:h}Cipher Suites ({:c} suite{:C})", .each = true },    \
	{ d + 1, P ".handshake.ciphersuite" }, { d + 1, P ".handshake.comp_methods_length" },                \
	{ d + 1, P ".handshake.comp_method",                                                                 \
		"{" P ".handshake.comp_methods_length:h}Compression Methods ({:c} method{:C})",              \
		.each = true },                                                                              \
	{ d + 1, P ".handshake.comp_method" }, { d + 1, P ".handshake.extensions_length" },                  \
	{ d + 1, P ".handshake.ciphersuites", "" }, { d + 1, P ".handshake.comp_methods", "" },              \
	{ d + 1, .record = P "_extension",                                                                   \
		.text = "Extension: {" P ".handshake.extension.type:N} (len={" P                             \
			".handshake.extension.len})" },                                                      \
	{ d + 2, P ".handshake.extension.type" }, { d + 2, P ".handshake.extension.len" },                   \
	{ d + 2, "octets", .lines = tls_extension_lines,                                                     \
		.about = { P ".handshake.extension.type", P ".handshake.type" } },                           \
	{ d, P ".handshake.certificates_length" },                                                           \
	{ d, P ".handshake.certificates", "Certificates ({" P ".handshake.certificates_length} bytes)" },    \
	{ d + 1, .record = P "_certificate" }, { d + 2, P ".handshake.certificate_length" },                 \
	{ d + 2, P ".handshake.certificate", .lines = x509_certificate_lines },                              \
	{ d, .record = P "_ticket" },                                                                        \
	{ d + 1, NULL, "TLS Session Ticket" },                                                               \
	{ d + 2, P ".handshake.session_ticket_lifetime_hint",                                                \
		"Session Ticket Lifetime Hint: {} seconds ({:t})" },                                         \
	{ d + 2, P ".handshake.session_ticket_age_add" },                                                    \
	{ d + 2, P ".handshake.session_ticket_nonce" },                                                      \
	{ d + 2, P ".handshake.session_ticket_length" },                                                     \
	{ d + 2, P ".handshake.session_ticket" },                                                            \
	KEY_EXCHANGE(d, P)

#define IN_FRAME "Reassembled Handshake Message in frame: {}"
#define LAST_PIECE(d, P)                                                                                     \
	{ d, .record = P "_handshake_piece", .has = "last_piece_of" },                                       \
	{ d + 1, NULL, "Handshake Protocol: {last_piece_of:n} (last fragment)" },                            \
	{ d + 1, P ".handshake", "" }, { d + 1, P ".handshake.fragments", "" },                              \
	{ d + 1, NULL, "[{" P ".handshake.fragment.count} Reassembled Handshake Fragments "                  \
		"({reassembled} bytes): {*}]" },                                                             \
	{ d + 2, .record = P "_handshake_fragment" },                                                        \
	{ d + 3, P ".handshake.fragment", "[Frame: {}, payload: {piece_begin}-{piece_end} ({:w})]" },  \
	{ d + 2, P ".handshake.fragment.count", "[Handshake Fragment count: {}]" }

#define LAYOUT(P)                                                                                            \
	{ 0, .record = P "_record", .text = TITLE(P) WHAT(P), .names = titles },                             \
	{ 1, P ".record", "" }, { 1, P ".record.content_type" }, { 1, P ".record.opaque_type" },             \
	{ 1, P ".record.version" }, { 1, P ".record.epoch" }, { 1, P ".record.sequence_number" },            \
	{ 1, P ".record.length" },                                                                           \
	{ 1, P ".change_cipher_spec" }, { 1, P ".app_data" }, { 1, P ".app_data_proto" },                    \
	{ 1, .record = P "_alert", .text = "Alert Message<{" P ".alert_message.level!:}: Encrypted Alert>" },\
	{ 2, P ".alert_message.level" }, { 2, P ".alert_message.desc" }, { 2, P ".alert_message", "" },      \
	LAST_PIECE(1, P),                                                                                    \
	{ 1, .record = P "_handshake",                                                                       \
		.text = "Handshake Protocol: <{" P ".handshake.type:n}>"                                     \
			"{" P ".handshake.type!Encrypted Handshake Message}" },                              \
	HANDSHAKE(2, P),                                                                                     \
	{ 1, .record = P "_handshake_piece", .has = "piece_of" },                                            \
	{ 2, NULL, "Handshake Protocol: {piece_of:n} (fragment)" },                                          \
	{ 2, P ".handshake.reassembled_in", IN_FRAME }, { 2, P ".handshake", "" },                           \
	{ 0, P ".ignored_unknown_record", "Ignored Unknown Record", .expert = "Warning/Protocol" },          \
	/* without records: in QUIC */                                                                       \
	LAST_PIECE(0, P),                                                                                    \
	{ 0, .record = P "_handshake",                                                                       \
		.text = TITLE(P) "Handshake Protocol: {" P ".handshake.type:n}", .names = titles },          \
	{ 1, NULL, "Handshake Protocol: {" P ".handshake.type:n}" },                                         \
	HANDSHAKE(2, P),                                                                                     \
	{ 0, .record = P "_handshake_piece", .has = "piece_of",                                              \
		.text = TITLE(P) "Handshake Protocol: <{piece_of_several!:}{piece_of:n} (fragment)>"         \
			"<{piece_of_several?:}Multiple Handshake Messages>", .names = titles },              \
	{ 1, NULL, "Handshake Protocol: {piece_of:n} (fragment)" },                                          \
	{ 1, P ".handshake.reassembled_in", IN_FRAME }, { 1, P ".handshake", "" },                           \
	{ 0 }
/* clang-format on */

const struct layout_line tls_layout[] = { LAYOUT("tls") };
const struct layout_line dtls_layout[] = { LAYOUT("dtls") };
