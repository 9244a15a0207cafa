/* Protocols of which only the name is known, and the media types that are theirs: see names.c. Where a
 * dissector of one exists, it gets the types. Types: IANA's registry of media types, names of protocols
 * Wireshark's. */
#include <strings.h>

#include "indexer/dissectors/x509.h"
#include "indexer/registry.h"

extern const struct protocol proto_json, proto_data_text_lines;

/* gRPC over HTTP (grpc.io, PROTOCOL-HTTP2.md and PROTOCOL-WEB.md): flags (0x80 trailers, 0x01 compressed),
 * length, a message, and so on. The messages in letters of base 64 (grpc-web-text) are not read. */
static enum verdict grpc_walk(struct packet *pkt, struct cursor *c)
{
	static const struct protocol protobuf = {
		.name = "protobuf", .title = "Protocol Buffers", .column = "ProtoBuf"
	};
	enum { HEADER = 5, TRAILERS = 0x80, COMPRESSED = 0x01 };
	static const char text[] = "application/grpc-web-text", json[] = "application/grpc+json";
	if (pkt->media && strncasecmp(pkt->media, text, sizeof(text) - 1) == 0)
		return MINE;
	bool is_json = pkt->media && strncasecmp(pkt->media, json, sizeof(json) - 1) == 0;
	while (cur_left(c) >= HEADER && !pkt->fail) {
		uint32_t flags = (uint32_t)cur_be(c, 1);
		struct cursor message = cur_sub(c, (uint32_t)cur_be(c, 4));
		if (flags & TRAILERS)
			pkt_next_proto(pkt, &proto_data_text_lines, message);
		else if (!(flags & COMPRESSED))
			pkt_next_proto(pkt, is_json ? &proto_json : &protobuf, message);
	}
	return MINE;
}

/* clang-format off */
#define TYPES(...) (const char *const[]){ __VA_ARGS__, NULL }

const struct protocol named_media_protocols[] = {
	{ .name = "aasp", .title = "Aastra Signalling Protocol",
		.media_types = TYPES("message/x-aasp-signalling") },
	{ .name = "amf", .title = "Action Message Format",
		.media_types = TYPES("application/x-amf") },
	{ .name = "ansi_637_trans", .title = "ANSI IS-637-A (SMS) Transport Layer", .column = "IS-637-A",
		.media_types = TYPES("application/vnd.3gpp2.sms") },
	{ .name = "ansi_a_dtap", .title = "ANSI A-I/F DTAP",
		.media_types = TYPES("application/femtointerfacemsg", "application/vnd.3gpp2.femtointerfacemsg") },
	{ .name = "cbor", .title = "Concise Binary Object Representation",
		.media_types = TYPES("application/cbor", "application/cbor-seq", "application/senml+cbor", "application/sensml+cbor") },
	{ .name = "cmp", .title = "Certificate Management Protocol", .column = "CMP",
		.media_types = TYPES("application/pkixcmp", "application/pkixcmp-poll", "application/x-pkixcmp", "application/x-pkixcmp-poll") },
	{ .name = "cms", .title = "Cryptographic Message Syntax",
		.media_types = TYPES("application/pkcs7-mime", "application/pkcs7-signature") },
	{ .name = "cose", .title = "CBOR Object Signing and Encryption",
		.media_types = TYPES("application/cose", "application/cose-key", "application/cose-key-set") },
	{ .name = "daap", .title = "Digital Audio Access Protocol", .column = "DAAP",
		.media_types = TYPES("application/x-dmap-tagged") },
	{ .name = "dns", .title = "Domain Name System", .column = "DoH",
		.media_types = TYPES("application/dns-message") },
	{ .name = "grpc", .title = "GRPC Message", .column = "GRPC", .dissect = grpc_walk,
		.media_types = TYPES("application/grpc", "application/grpc+json", "application/grpc+proto", "application/grpc-web", "application/grpc-web+proto", "application/grpc-web-text", "application/grpc-web-text+proto") },
	{ .name = "gsm_a.rp", .title = "GSM A-I/F RP", .column = "GSM SMS",
		.media_types = TYPES("application/vnd.3gpp.sms") },
	/* Not a media type: what the headers of HTTP carry, see http_header.c. */
	{ .name = "gss-api", .title = "GSS-API Generic Security Service Application Program Interface",
		.media_types = TYPES("gss-api") },
	{ .name = "ntlmssp", .title = "NTLM Secure Service Provider",
		.media_types = TYPES("ntlmssp") },
	{ .name = "ieee1609dot2", .title = "IEEE1609dot2",
		.media_types = TYPES("application/x-its", "application/x-its-request", "application/x-its-response") },
	{ .name = "imf", .title = "Internet Message Format",
		.media_types = TYPES("message/rfc822") },
	{ .name = "isup", .title = "ISDN User Part",
		.media_types = TYPES("application/isup") },
	{ .name = "lwm2mtlv", .title = "Lightweight M2M TLV",
		.media_types = TYPES("application/vnd.oma.lwm2m+tlv") },
	{ .name = "mikey", .title = "Multimedia Internet KEYing",
		.media_types = TYPES("application/mikey") },
	{ .name = "mmse", .title = "MMS Message Encapsulation", .column = "MMSE",
		.media_types = TYPES("application/vnd.wap.mms-message") },
	{ .name = "pkcs10", .title = "PKCS10 Certification Request",
		.media_types = TYPES("application/pkcs10") },
	{ .name = "pkix-cert", .title = "PKIX CERT File Format", .dissect = x509_certificate_dissect,
		.media_types = TYPES("application/pkix-cert") },
	{ .name = "pkixtsp", .title = "PKIX Time Stamp Protocol", .column = "PKIXTSP",
		.media_types = TYPES("application/timestamp-query", "application/timestamp-reply") },
	{ .name = "q931", .title = "Q.931", .column = "Q.931",
		.media_types = TYPES("application/qsig") },
	{ .name = "sdp", .title = "Session Description Protocol",
		.media_types = TYPES("application/sdp") },
	{ .name = "sipfrag", .title = "Sipfrag",
		.media_types = TYPES("message/sipfrag") },
	{ .name = "systemd_journal", .title = "systemd Journal Entry", .column = "systemd Journal",
		.media_types = TYPES("application/vnd.fdo.journal") },
	{ .name = "tiff", .title = "Tagged Image File Format",
		.media_types = TYPES("image/tiff", "image/tif") },
	{ .name = "tnef", .title = "Transport-Neutral Encapsulation Format",
		.media_types = TYPES("application/ms-tnef") },
	{ .name = "ulp", .title = "OMA UserPlane Location Protocol", .column = "ULP",
		.media_types = TYPES("application/oma-supl-ulp", "application/vnd.omaloc-supl-init") },
	{ .name = "wap-sir", .title = "WAP Session Initiation Request",
		.media_types = TYPES("application/vnd.wap.sia") },
	{ .name = "wbxml", .title = "WAP Binary XML",
		.media_types = TYPES("application/vnd.ms-sync", "application/vnd.ms-sync.wbxml", "application/vnd.nokia.syncset+wbxml", "application/vnd.oma.drm.rights+wbxml", "application/vnd.phonecom.mmc-wbxml", "application/vnd.syncml+wbxml", "application/vnd.syncml.dm+wbxml", "application/vnd.uplanet.alert-wbxml", "application/vnd.uplanet.bearer-choice-wbxml", "application/vnd.uplanet.cacheop-wbxml", "application/vnd.uplanet.channel-wbxml", "application/vnd.uplanet.list-wbxml", "application/vnd.uplanet.listcmd-wbxml", "application/vnd.wap.coc", "application/vnd.wap.connectivity-wbxml", "application/vnd.wap.locc+wbxml", "application/vnd.wap.sic", "application/vnd.wap.slc", "application/vnd.wap.wbxml", "application/vnd.wap.wmlc", "application/vnd.wap.wta-eventc", "application/vnd.wv.csp.wbxml", "application/x-prov.syncset+wbxml", "application/x-wap-prov.browser-bookmarks", "application/x-wap-prov.browser-settings") },
};
const size_t named_media_protocols_count = sizeof(named_media_protocols) / sizeof(*named_media_protocols);
