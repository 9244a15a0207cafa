/* What the packet list says of DCE/RPC. */
#include "indexer/dissectors/dcerpc.h"

static const char *type_name(uint32_t type)
{
	static const char *const types[] = { "Request", "Ping", "Response", "Fault", "Working", "Nocall",
		"Reject", "Ack", "Cl_cancel", "Fack", "Cancel_ack", "Bind", "Bind_ack", "Bind_nak",
		"Alter_context", "Alter_context_resp", "AUTH3", "Shutdown", "Co_cancel", "Orphaned", "RTS" };
	return type < sizeof(types) / sizeof(*types) ? types[type] : "Unknown";
}

void dcerpc_inform(struct packet *pkt, uint32_t type, uint32_t call_id, bool first, bool last)
{
	info_set(pkt, "%s: call_id: %u, Fragment: %s", type_name(type), call_id,
		first  ? last ? "Single" : "1st"
		: last ? "Last"
		       : "Mid");
}

void dcerpc_inform_interface(struct packet *pkt, const uint8_t uuid[16], bool little_endian)
{
	static const struct {
		uint8_t uuid[UUID];
		const char *name;
	} syntaxes[] = {
		{ { 0x8a, 0x88, 0x5d, 0x04, 0x1c, 0xeb, 0x11, 0xc9, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48,
			  0x60 },
			"32bit NDR" },
		{ { 0x71, 0x71, 0x05, 0x33, 0xbe, 0xba, 0x49, 0x37, 0x83, 0x19, 0xb5, 0xdb, 0xef, 0x9c, 0xcc,
			  0x36 },
			"64bit NDR" },
	};
	static const uint8_t swapped[UUID] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t n[UUID];
	for (unsigned i = 0; i < UUID; i++)
		n[i] = uuid[little_endian ? swapped[i] : i];
	const struct protocol *p = dcerpc_interface_protocol(dcerpc_interface(uuid, little_endian));
	/* The endpoint mapper is listed under the name of its fourth version. */
	const char *name = !p ? NULL : strcmp(p->name, "epm") == 0 ? "EPMv4" : p->column;
	for (unsigned i = 0; i < sizeof(syntaxes) / sizeof(*syntaxes); i++)
		if (memcmp(syntaxes[i].uuid, n, UUID) == 0)
			name = syntaxes[i].name;
	if (name) {
		info_add(pkt, "%s", name);
		return;
	}
	for (unsigned i = 0; i < UUID; i++)
		info_add(pkt, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", n[i]);
}

void dcerpc_inform_result(struct packet *pkt, bool first, uint32_t result)
{
	static const struct value_name results[] = { { 0, "Acceptance" }, { 1, "User rejection" },
		{ 2, "Provider rejection" }, { 3, "Negotiate ACK" }, { 0, NULL } };
	info_add(pkt, "%s%s", first ? " " : ", ", info_name(results, result, "Unknown result"));
}

void dcerpc_inform_operation(struct packet *pkt, uint8_t interface, uint16_t operation, bool response)
{
	int len = 0;
	const char *name = dcerpc_operation(interface, operation, &len);
	if (name)
		info_set(pkt, "%.*s %s", len, name, response ? "response" : "request");
	else
		info_set(pkt, "Unknown operation %u %s", operation, response ? "response" : "request");
}

/* C706, appendix E: why a call was not carried out. */
static void inform_status(struct packet *pkt, uint32_t status)
{
	static const struct value_name statuses[] = { { 0, "Stub-defined exception" },
		{ 0x1c010001, "nca_comm_failure" }, { 0x1c010002, "nca_op_rng_error" },
		{ 0x1c010003, "nca_unk_if" }, { 0x1c010006, "nca_wrong_boot_time" },
		{ 0x1c010009, "nca_you_crashed" }, { 0x1c01000b, "nca_proto_error" },
		{ 0x1c010013, "nca_out_args_too_big" }, { 0x1c010014, "nca_server_too_busy" },
		{ 0x1c010017, "nca_unsupported_type" }, { 0, NULL } };
	info_add(pkt, ": status: %s", info_name(statuses, status, "Unknown"));
}

void dcerpc_inform_datagram(struct packet *pkt, const struct dcerpc_datagram *d)
{
	bool call = d->type == 0 || d->type == 2;
	if (!pkt->info)
		return;
	if (d->handed_on) {
		dcerpc_inform_operation(pkt, d->interface, d->operation, d->type == 2);
		return;
	}
	info_set(pkt, "%s: seq: %u", type_name(d->type), d->sequence);
	if (d->fragment)
		info_add(pkt, " frag: %u serial: %u", d->number, d->serial);
	if (call)
		info_add(pkt, " opnum: %u len: %u", d->operation, d->len);
	if (call && !d->fragment) {
		info_add(pkt, "%s", " ");
		dcerpc_inform_interface(pkt, d->uuid, d->little_endian);
		info_add(pkt, " V%u", d->version);
	}
	if ((d->type == 3 || d->type == 6) && d->cap >= 4)
		inform_status(pkt, d->little_endian ? le32(d->body) : be32(d->body));
}
