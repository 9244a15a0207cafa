/* What the packet list says of TLS: the records and handshake messages of a frame by name, "Server Hello,
 * Change Cipher Spec, Application Data". */
#include "indexer/dissectors/tls.h"

#define NAME(t, text) info_sep((t)->pkt, ", ", "%s", text)

/* RFC 8446, section 4, and the RFCs before it. */
static const struct value_name messages[] = { { TLS_HELLO_REQUEST, "Hello Request" },
	{ TLS_CLIENT_HELLO, "Client Hello" }, { TLS_SERVER_HELLO, "Server Hello" },
	{ TLS_HELLO_VERIFY_REQUEST, "Hello Verify Request" },
	{ TLS_NEW_SESSION_TICKET, "New Session Ticket" }, { TLS_END_OF_EARLY_DATA, "End Of Early Data" },
	{ TLS_HELLO_RETRY_REQUEST, "Hello Retry Request" },
	{ TLS_ENCRYPTED_EXTENSIONS, "Encrypted Extensions" }, { TLS_CERTIFICATE, "Certificate" },
	{ TLS_SERVER_KEY_EXCHANGE, "Server Key Exchange" },
	{ TLS_CERTIFICATE_REQUEST, "Certificate Request" }, { TLS_SERVER_HELLO_DONE, "Server Hello Done" },
	{ TLS_CERTIFICATE_VERIFY, "Certificate Verify" }, { TLS_CLIENT_KEY_EXCHANGE, "Client Key Exchange" },
	{ TLS_FINISHED, "Finished" }, { TLS_CERTIFICATE_URL, "Certificate URL" },
	{ TLS_CERTIFICATE_STATUS, "Certificate Status" }, { TLS_SUPPLEMENTAL_DATA, "Supplemental Data" },
	{ TLS_KEY_UPDATE, "Key Update" }, { TLS_COMPRESSED_CERTIFICATE, "Compressed Certificate" },
	{ TLS_NEXT_PROTOCOL, "Encrypted Extensions" }, { 0, NULL } };

/* RFC 8446, section 6, and the RFCs before it. */
static const struct value_name alerts[] = { { 0, "Close Notify" }, { 10, "Unexpected Message" },
	{ 20, "Bad Record MAC" }, { 21, "Decryption Failed" }, { 22, "Record Overflow" },
	{ 30, "Decompression Failure" }, { 40, "Handshake Failure" }, { 41, "No Certificate" },
	{ 42, "Bad Certificate" }, { 43, "Unsupported Certificate" }, { 44, "Certificate Revoked" },
	{ 45, "Certificate Expired" }, { 46, "Certificate Unknown" }, { 47, "Illegal Parameter" },
	{ 48, "Unknown CA" }, { 49, "Access Denied" }, { 50, "Decode Error" }, { 51, "Decrypt Error" },
	{ 60, "Export Restriction" }, { 70, "Protocol Version" }, { 71, "Insufficient Security" },
	{ 80, "Internal Error" }, { 86, "Inappropriate Fallback" }, { 90, "User Canceled" },
	{ 100, "No Renegotiation" }, { 109, "Missing Extension" }, { 110, "Unsupported Extension" },
	{ 111, "Certificate Unobtainable" }, { 112, "Unrecognized Name" },
	{ 113, "Bad Certificate Status Response" }, { 114, "Bad Certificate Hash Value" },
	{ 115, "Unknown PSK Identity" }, { 116, "Certificate Required" }, { 120, "No application Protocol" },
	{ 0, NULL } };

void tls_inform(struct tls_reader *t, const char *text)
{
	if (!t->quiet)
		NAME(t, text);
}

void tls_inform_message(struct tls_reader *t, unsigned type, const char *part)
{
	if (t->pkt->info && !t->quiet)
		info_sep(t->pkt, ", ", "%s%s", info_name(messages, type, "Unknown Handshake type"), part);
}

void tls_inform_piece(struct tls_reader *t, unsigned type)
{
	if (t->pkt->info && !t->quiet)
		info_sep(t->pkt, ", ", "[%s Fragment]", info_name(messages, type, "Unknown Handshake type"));
}

void tls_inform_alert(struct tls_reader *t, struct cursor c)
{
	if (!t->pkt->info || t->quiet)
		return;
	if (cur_left(&c) != 2) {
		NAME(t, "Encrypted Alert");
		return;
	}
	const uint8_t *p = cur_take(&c, 2);
	const char *level = p ? (p[0] == 1          ? "Warning"
					: p[0] == 2 ? "Fatal"
						    : NULL)
			      : NULL,
		   *description = p ? info_name(alerts, p[1], NULL) : NULL;
	if (level && description)
		info_sep(t->pkt, ", ", "Alert (Level: %s, Description: %s)", level, description);
	else
		NAME(t, "Encrypted Alert");
}

void tls_inform_heartbeat(struct tls_reader *t, unsigned type, bool encrypted)
{
	if (!t->pkt->info || t->quiet)
		return;
	if (encrypted)
		NAME(t, "Encrypted Heartbeat");
	else
		info_sep(t->pkt, ", ", "Heartbeat %s", type == 1 ? "Request" : "Response");
}
