/* Modbus Application Protocol (V1.1b3, section 4.1): a function code, then what belongs to it; in an
 * exception the code has its highest bit set and a reason follows. */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_modbus;

enum { MODBUS_CODE, MODBUS_EXCEPTION, MODBUS_FUNCTION, MODBUS_NFIELDS };

static const struct value_name function_names[] = { { 1, "Read Coils" }, { 2, "Read Discrete Inputs" },
	{ 3, "Read Holding Registers" }, { 4, "Read Input Registers" }, { 5, "Write Single Coil" },
	{ 6, "Write Single Register" }, { 7, "Read Exception Status" }, { 8, "Diagnostics" },
	{ 15, "Write Multiple Coils" }, { 16, "Write Multiple Registers" }, { 17, "Report Slave ID" },
	{ 22, "Mask Write Register" }, { 23, "Read Write Register" },
	{ 43, "Encapsulated Interface Transport" }, { 0, NULL } };
static const struct value_name exception_names[] = { { 1, "Illegal function" }, { 2, "Illegal data address" },
	{ 3, "Illegal data value" }, { 4, "Slave device failure" }, { 5, "Acknowledge" },
	{ 6, "Slave device busy" }, { 0, NULL } };

static const struct field modbus_fields[MODBUS_NFIELDS] = {
	[MODBUS_CODE] = { "code", "function code and exception bit", KIND_UINT, .internal = true },
	[MODBUS_EXCEPTION] = { "modbus.exception_code", "Exception Code", KIND_UINT, .octets = 1,
		.names = exception_names },
	[MODBUS_FUNCTION] = { "modbus.func_code", "Function Code", KIND_UINT, .octets = 1, .of = MODBUS_CODE,
		.mask = 0x7f, .names = function_names },
};

static const struct record modbus_records[] = { { "modbus", RECORD_LAYER, MODBUS_NFIELDS, modbus_fields,
	NULL } };

static enum verdict modbus_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_modbus, 0);
	if (row_be(r, MODBUS_CODE, c, 1) & 0x80)
		row_be(r, MODBUS_EXCEPTION, c, 1);
	return MINE;
}

const struct protocol proto_modbus = {
	.name = "modbus",
	.title = "Modbus",
	.spec = "Modbus Application Protocol V1.1b3",
	.help = "Reads and writes registers and switches of industrial devices.",
	.id = PROTO_ID_modbus,
	.records = modbus_records,
	.nrecords = 1,
	.dissect = modbus_dissect,
};
