/* DCE/RPC interfaces by their universal unique identifiers: Microsoft's from the "Standards Assignments"
 * sections of the MS-* specifications, the others from DCE 1.1 (C706, appendices N to Q) and DCE's own
 * interface definitions. */
#include "indexer/dissectors/dcerpc.h"

#define U(a, b, c, d, e)                                                                                     \
	{                                                                                                    \
		(a) >> 24, (a) >> 16 & 255, (a) >> 8 & 255, (a)&255, (b) >> 8, (b)&255, (c) >> 8, (c)&255,   \
			(d) >> 8, (d)&255, (uint8_t)((e) >> 40), (e) >> 32 & 255, (e) >> 24 & 255,           \
			(e) >> 16 & 255, (e) >> 8 & 255, (e)&255                                             \
	}

/* clang-format off */
#define INTERFACE(a, b, c, d, e, name_, title_, column_) \
	{ U(a##u, b, c, d, e##ull), { .name = name_, .title = title_, .column = column_, .help = title_ "." } }

static const struct {
	uint8_t uuid[UUID];
	struct protocol protocol;
} interfaces[] = {
	INTERFACE(0xe1af8308, 0x5d1f, 0x11c9, 0x91a4, 0x08002b14a0fa, "epm", "DCE/RPC Endpoint Mapper", "EPM"),
	INTERFACE(0xafa8bd80, 0x7d8a, 0x11c9, 0xbef4, 0x08002b102989, "mgmt", "DCE/RPC Remote Management", "MGMT"),
	INTERFACE(0x12345778, 0x1234, 0xabcd, 0xef00, 0x0123456789ab, "lsarpc", "Local Security Authority", "LSARPC"),
	INTERFACE(0x12345778, 0x1234, 0xabcd, 0xef00, 0x0123456789ac, "samr", "SAMR (pidl)", "SAMR"),
	INTERFACE(0x12345678, 0x1234, 0xabcd, 0xef00, 0x01234567cffb, "rpc_netlogon", "Microsoft Network Logon", "RPC_NETLOGON"),
	INTERFACE(0xe3514235, 0x4b06, 0x11d1, 0xab04, 0x00c04fc2dcd2, "drsuapi", "DRSUAPI", "DRSUAPI"),
	INTERFACE(0x4b324fc8, 0x1670, 0x01d3, 0x1278, 0x5a47bf6ee188, "srvsvc", "Server Service", "SRVSVC"),
	INTERFACE(0x6bffd098, 0xa112, 0x3610, 0x9833, 0x46c3f87e345a, "wkssvc", "Workstation Service", "WKSSVC"),
	INTERFACE(0x338cd001, 0x2244, 0x31f1, 0xaaaa, 0x900038001003, "winreg", "Remote Registry Service", "WINREG"),
	INTERFACE(0x367abb81, 0x9844, 0x35f1, 0xad32, 0x98f038001003, "svcctl", "Microsoft Service Control", "SVCCTL"),
	INTERFACE(0x12345678, 0x1234, 0xabcd, 0xef00, 0x0123456789ab, "spoolss", "Microsoft Spool Subsystem", "SPOOLSS"),
	INTERFACE(0x1ff70682, 0x0a51, 0x30e8, 0x076d, 0x740be8cee98b, "atsvc", "Microsoft AT-Scheduler Service", "ATSVC"),
	INTERFACE(0x82273fdc, 0xe32a, 0x18c3, 0x3f78, 0x827929dc23ea, "eventlog", "Event Logger", "EVENTLOG"),
	INTERFACE(0x6bffd098, 0xa112, 0x3610, 0x9833, 0x012892020162, "rpc_browser", "RPC Browser", "RPC_BROWSER"),
	INTERFACE(0x4fc742e0, 0x4a10, 0x11cf, 0x8273, 0x00aa004ae673, "netdfs", "Settings for Microsoft Distributed File System", "NETDFS"),
	INTERFACE(0x894de0c0, 0x0d55, 0x11d3, 0xa322, 0x00c04fa321a1, "initshutdown", "Init shutdown service", "INITSHUTDOWN"),
	INTERFACE(0xc681d488, 0xd850, 0x11d0, 0x8c52, 0x00c04fd90f7e, "efs", "EFS (pidl)", "EFS"),
	INTERFACE(0xf5cc59b4, 0x4264, 0x101a, 0x8c59, 0x08002b2f8426, "frsrpc", "File Replication Service", "FRSRPC"),
	INTERFACE(0xd049b186, 0x814f, 0x11d1, 0x9a3c, 0x00c04fc9b232, "frsapi", "Microsoft File Replication Service API", "FRSAPI"),
	INTERFACE(0x897e2e5f, 0x93f3, 0x4376, 0x9c9c, 0xfd2277495c27, "frstrans", "File Replication Service DFS-R", "FRSTRANS"),
	INTERFACE(0xa4f1db00, 0xca47, 0x1067, 0xb31f, 0x00dd010662da, "mapi", "Exchange 5.5 EMSMDB", "MAPI"),
	INTERFACE(0x5a7b91f8, 0xff00, 0x11d0, 0xa9b2, 0x00c04fb6e6fc, "messenger", "Microsoft Messenger Service", "Messenger"),
	INTERFACE(0xf5cc5a18, 0x4264, 0x101a, 0x8c59, 0x08002b2f8426, "nspi", "Exchange 5.5 Name Service Provider", "NSPI"),
	INTERFACE(0x1544f5e0, 0x613c, 0x11d1, 0x93df, 0x00c04fd7bd09, "rfr", "Exchange 2003 Directory Request For Response", "RFR"),
	INTERFACE(0x8f09f000, 0xb7ed, 0x11ce, 0xbbd2, 0x00001a181cad, "rras", "Microsoft Routing and Remote Access Service", "RRAS"),
	INTERFACE(0x2f5f6520, 0xca46, 0x1067, 0xb319, 0x00dd010662da, "tapi", "Microsoft Telephony API Service", "TAPI"),
	INTERFACE(0x4da1c422, 0x943d, 0x11d1, 0xacae, 0x00c04fc2aa3f, "trksvr", "Microsoft Distributed Link Tracking Server Service", "TRKSVR"),
	INTERFACE(0x50abc2a4, 0x574d, 0x40b3, 0x9d66, 0xee4fd5fba076, "dnsserver", "DNS Server", "DNSSERVER"),
	INTERFACE(0x3919286a, 0xb10c, 0x11d0, 0x9ba8, 0x00c04fd92ef5, "dssetup", "Active Directory Setup", "DSSETUP"),
	INTERFACE(0xb97db8b2, 0x4c63, 0x11cf, 0xbff6, 0x08002be23f2f, "clusapi", "Failover Cluster Management API (clusapi)", "clusapi"),
	INTERFACE(0xccd8c074, 0xd0e5, 0x4a40, 0x92b4, 0xd074faa6ba28, "witness", "SMB Witness Service", "WITNESS"),
	INTERFACE(0x885d85fb, 0xc754, 0x4062, 0xa0e7, 0x68692ce86440, "mdssvc", "Spotlight metadata search service", "MDSSVC"),
	INTERFACE(0x000001a0, 0x0000, 0x0000, 0xc000, 0x000000000046, "isystemactivator", "ISystemActivator ISystemActivator Resolver", "ISystemActivator"),
	INTERFACE(0x99fcfec4, 0x5260, 0x101b, 0xbbcb, 0x00aa0021347a, "oxid", "DCOM OXID Resolver", "IOXIDResolver"),
	INTERFACE(0x4d9f4ab8, 0x7d1c, 0x11cf, 0x861e, 0x0020af6e7c57, "remact", "DCOM IRemoteActivation", "REMACT"),
	INTERFACE(0x00000131, 0x0000, 0x0000, 0xc000, 0x000000000046, "remunk", "IRemUnknown", "IRemUnknown"),
	INTERFACE(0x00000143, 0x0000, 0x0000, 0xc000, 0x000000000046, "remunk2", "IRemUnknown2", "IRemUnknown2"),
	INTERFACE(0x00020400, 0x0000, 0x0000, 0xc000, 0x000000000046, "dispatch", "DCOM IDispatch", "IDispatch"),
	INTERFACE(0xdea00001, 0x6c97, 0x11d1, 0x8271, 0x00a02442df7d, "pn_io_device", "PROFINET IO (Device)", "PNIO-CM"),
	INTERFACE(0xdea00002, 0x6c97, 0x11d1, 0x8271, 0x00a02442df7d, "pn_io_controller", "PROFINET IO (Controller)", "PNIO-CM"),
	INTERFACE(0xdea00003, 0x6c97, 0x11d1, 0x8271, 0x00a02442df7d, "pn_io_supervisor", "PROFINET IO (Supervisor)", "PNIO-CM"),
	INTERFACE(0xdea00004, 0x6c97, 0x11d1, 0x8271, 0x00a02442df7d, "pn_io_parameterserver", "PROFINET IO (Parameter Server)", "PNIO-CM"),
	INTERFACE(0x333a2276, 0x0000, 0x0000, 0x0d00, 0x00809c000000, "conv", "DCE/RPC Conversation Manager", "CONV"),
	INTERFACE(0x86d35949, 0x83c9, 0x4044, 0xb424, 0xdb363231fd0c, "taskschedulerservice", "Microsoft Task Scheduler Service", "TaskSchedulerService"),
	INTERFACE(0x76f03f96, 0xcdfd, 0x44fc, 0xa22c, 0x64950a001209, "iremotewinspool", "IRemoteWinspool SubSystem", "IREMOTEWINSPOOL"),
	INTERFACE(0xa8e0653c, 0x2744, 0x4389, 0xa61d, 0x7373df8b2292, "fsrvp", "File Server Remote VSS Protocol", "FSRVP"),
	INTERFACE(0x8d9f4e40, 0xa03d, 0x11ce, 0x8f69, 0x08003e30051b, "pnp", "Microsoft Plug and Play service", "PNP"),
	INTERFACE(0x621dff68, 0x3c39, 0x4c6c, 0xaae3, 0xe68e2c6503ad, "wzcsvc", "Wireless Configuration Service", "WZCSVC"),
	INTERFACE(0xb1e338f8, 0x9533, 0x11c9, 0xa34a, 0x08001e019c1e, "rpriv", "Privilege Server operations", "rpriv"),
	INTERFACE(0xbfca1238, 0x628a, 0x11c9, 0xa073, 0x08002b0dea7a, "dtsprovider", "DCE Distributed Time Service Provider", "DTSPROVIDER"),
	INTERFACE(0x8f73de50, 0x768c, 0x11ca, 0xbffc, 0x08001e039431, "krb5rpc", "DCE/RPC Kerberos V", "KRB5RPC"),
	INTERFACE(0x4c878280, 0x3000, 0x0000, 0x0d00, 0x028714000000, "rs_pgo", "DCE Name Service", "RS_PGO"),
	INTERFACE(0x333b33c3, 0x0000, 0x0000, 0x0d00, 0x008784000000, "llb", "DCE/RPC NCS 1.5.1 Local Location Broker", "LLB"),
};
/* clang-format on */

/* Where the octets of network order stand when the first three numbers are little-endian. */
static const uint8_t swapped[UUID] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

uint8_t dcerpc_interface(const uint8_t uuid[UUID], bool little_endian)
{
	uint8_t network[UUID];
	for (unsigned i = 0; i < UUID; i++)
		network[i] = uuid[little_endian ? swapped[i] : i];
	for (unsigned i = 0; i < sizeof(interfaces) / sizeof(*interfaces); i++)
		if (memcmp(interfaces[i].uuid, network, UUID) == 0) {
			/* One protocol may have several interfaces. */
			while (i && strcmp(interfaces[i].protocol.name, interfaces[i - 1].protocol.name) == 0)
				i--;
			return (uint8_t)(i + 1);
		}
	return 0;
}

const struct protocol *dcerpc_interface_protocol(uint8_t number)
{
	return number ? &interfaces[number - 1].protocol : NULL;
}
