/* How Wireshark's tree shows TLS and DTLS: records, in them handshake messages, in those extensions. */
#include "indexer/dissectors/tls.h"
#include "indexer/dissectors/tls_tree.h"

/* A record's own version; which one the session speaks is known later. */
static const struct value_name titles[] = { { SSL3, "SSLv3" }, { TLS10, "TLSv1" }, { TLS11, "TLSv1.1" },
	{ TLS12, "TLSv1.2" }, { TLS13, "TLSv1.3" }, { TLCP, "TLCP" }, { DTLS10, "DTLSv1.0" },
	{ DTLS12, "DTLSv1.2" }, { 0, NULL } };

#define LAYOUT(P)                                                                                            \
	{ 0, .record = P "_record",                                                                          \
		.text = "{" P ".record.version:m} Record Layer: "                                            \
			"<{" P ".record.content_type=20:}Change Cipher Spec Protocol: Change Cipher Spec>"   \
			"<{" P ".record.content_type=21:}Alert (Level: {" P ".alert_message.level:n}, "      \
			"Description: {" P ".alert_message.desc:n})>"                                        \
			"<{" P ".record.content_type=21:}{" P ".alert_message.level!:}Encrypted Alert>"      \
			"{#" P "_handshake?Handshake Protocol: Multiple Handshake Messages}"                 \
			"<{#" P "_handshake:0}Handshake Protocol: {" P ".handshake.type:n}>"                 \
			"<{" P ".record.content_type=22:}{" P ".handshake.type!:}"                           \
			"Handshake Protocol: Encrypted Handshake Message>"                                   \
			"<{" P ".record.content_type=23:}Application Data Protocol: >"                       \
			"<{" P ".record.opaque_type=23:}Application Data Protocol: >"                        \
			"<{" P ".record.content_type=23:}{" P ".app_data_proto!:}Application Data>"          \
			"<{" P ".record.opaque_type=23:}{" P ".app_data_proto!:}Application Data>"           \
			"<{" P ".app_data_proto}>"                                                           \
			"<{" P ".record.content_type=24:}Heartbeat {" P ".heartbeat_message.type:n}>"        \
			"<{" P ".record.content_type=24:}{" P                                                \
			".heartbeat_message.type!:}Encrypted Heartbeat>",                                    \
		.names = titles },                                                                           \
		{ 1, P ".record", "" }, { 1, P ".record.content_type" }, { 1, P ".record.opaque_type" },     \
		{ 1, P ".record.version" }, { 1, P ".record.epoch" }, { 1, P ".record.sequence_number" },    \
		{ 1, P ".record.length" }, { 1, P ".change_cipher_spec" }, { 1, P ".app_data" },             \
		{ 1, P ".app_data_proto" }, { 1, .record = P "_alert", .text = "Alert Message" },            \
		{ 2, P ".alert_message.level" }, { 2, P ".alert_message.desc" },                             \
		{ 2, P ".alert_message", "" },                                                               \
		{ 1, .record = P "_handshake",                                                               \
			.text = "Handshake Protocol: <{" P ".handshake.type:n}>"                             \
				"{" P ".handshake.type!Encrypted Handshake Message}" },                      \
		{ 2, P ".handshake.type" }, { 2, P ".handshake.length" }, { 2, P ".handshake", "" },         \
		{ 2, .record = P "_hello" }, { 3, P ".handshake.version" }, { 3, P ".handshake.random" },    \
		{ 4, P ".handshake.random_time" }, { 4, P ".handshake.random_bytes" },                       \
		{ 3, P ".handshake.session_id_length" }, { 3, P ".handshake.session_id" },                   \
		{ 3, P ".handshake.cookie_length" }, { 3, P ".handshake.cookie" },                           \
		{ 3, P ".handshake.cipher_suites_length" },                                                  \
		{ 3, P ".handshake.ciphersuite",                                                             \
			"{" P ".handshake.cipher_suites_length:h}Cipher Suites ({:c} suite{:C})",            \
			.each = true },                                                                      \
		{ 3, P ".handshake.ciphersuite" }, { 3, P ".handshake.comp_methods_length" },                \
		{ 3, P ".handshake.comp_method",                                                             \
			"{" P ".handshake.comp_methods_length:h}Compression Methods ({:c} method{:C})",      \
			.each = true },                                                                      \
		{ 3, P ".handshake.comp_method" }, { 3, P ".handshake.extensions_length" },                  \
		{ 3, .record = P "_extension",                                                               \
			.text = "Extension: {" P ".handshake.extension.type:n} (len={" P                     \
				".handshake.extension.len})" },                                              \
		{ 4, P ".handshake.extension.type" }, { 4, P ".handshake.extension.len" },                   \
		{ 4, "octets", .lines = tls_extension_lines,                                                 \
			.about = { P ".handshake.extension.type", P ".handshake.type" } },                   \
		{ 3, P ".handshake.ciphersuites", "" }, { 3, P ".handshake.comp_methods", "" },              \
		{ 2, P ".handshake.certificates_length" },                                                   \
		{ 2, P ".handshake.certificates",                                                            \
			"Certificates ({" P ".handshake.certificates_length} bytes)" },                      \
		{ 3, .record = P "_certificate" }, { 4, P ".handshake.certificate_length" },                 \
		{ 4, P ".handshake.certificate", .lines = x509_certificate_lines },                          \
	{                                                                                                    \
		0                                                                                            \
	}

const struct layout_line tls_layout[] = { LAYOUT("tls") };
const struct layout_line dtls_layout[] = { LAYOUT("dtls") };
