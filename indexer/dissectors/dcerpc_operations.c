/* What the operations of DCE/RPC's interfaces are called, from number 0 on; "-" has no name. From the
 * interface definitions in the MS-* specifications and in DCE 1.1. */
#include <string.h>

#include "indexer/dissectors/dcerpc.h"

/* clang-format off */
static const struct {
	const char *interface, *operations;
} interfaces[] = {
	{ "epm",
		"Insert Delete Lookup Map LookupHandleFree InqObject MgmtDelete" },
	{ "mgmt",
		"rpc__mgmt_inq_if_ids rpc__mgmt_inq_stats rpc__mgmt_is_server_listening "
		"rpc__mgmt_stop_server_listening rpc__mgmt_inq_princ_name" },
	{ "lsarpc",
		"lsa_Close lsa_Delete lsa_EnumPrivs lsa_QuerySecurity lsa_SetSecObj "
		"lsa_ChangePassword lsa_OpenPolicy lsa_QueryInfoPolicy lsa_SetInfoPolicy "
		"lsa_ClearAuditLog lsa_CreateAccount lsa_EnumAccounts lsa_CreateTrustedDomain "
		"lsa_EnumTrustDom lsa_LookupNames lsa_LookupSids lsa_CreateSecret lsa_OpenAccount "
		"lsa_EnumPrivsAccount lsa_AddPrivilegesToAccount lsa_RemovePrivilegesFromAccount "
		"lsa_GetQuotasForAccount lsa_SetQuotasForAccount lsa_GetSystemAccessAccount "
		"lsa_SetSystemAccessAccount lsa_OpenTrustedDomain lsa_QueryTrustedDomainInfo "
		"lsa_SetInformationTrustedDomain lsa_OpenSecret lsa_SetSecret lsa_QuerySecret "
		"lsa_LookupPrivValue lsa_LookupPrivName lsa_LookupPrivDisplayName lsa_DeleteObject "
		"lsa_EnumAccountsWithUserRight lsa_EnumAccountRights lsa_AddAccountRights "
		"lsa_RemoveAccountRights lsa_QueryTrustedDomainInfoBySid lsa_SetTrustedDomainInfo "
		"lsa_DeleteTrustedDomain lsa_StorePrivateData lsa_RetrievePrivateData "
		"lsa_OpenPolicy2 lsa_GetUserName lsa_QueryInfoPolicy2 lsa_SetInfoPolicy2 "
		"lsa_QueryTrustedDomainInfoByName lsa_SetTrustedDomainInfoByName "
		"lsa_EnumTrustedDomainsEx lsa_CreateTrustedDomainEx lsa_CloseTrustedDomainEx "
		"lsa_QueryDomainInformationPolicy lsa_SetDomainInformationPolicy "
		"lsa_OpenTrustedDomainByName lsa_TestCall lsa_LookupSids2 lsa_LookupNames2 "
		"lsa_CreateTrustedDomainEx2 lsa_CREDRWRITE lsa_CREDRREAD lsa_CREDRENUMERATE "
		"lsa_CREDRWRITEDOMAINCREDENTIALS lsa_CREDRREADDOMAINCREDENTIALS lsa_CREDRDELETE "
		"lsa_CREDRGETTARGETINFO lsa_CREDRPROFILELOADED lsa_LookupNames3 "
		"lsa_CREDRGETSESSIONTYPES lsa_LSARREGISTERAUDITEVENT lsa_LSARGENAUDITEVENT "
		"lsa_LSARUNREGISTERAUDITEVENT lsa_lsaRQueryForestTrustInformation "
		"lsa_LSARSETFORESTTRUSTINFORMATION lsa_CREDRRENAME lsa_LookupSids3 lsa_LookupNames4 "
		"lsa_LSAROPENPOLICYSCE lsa_LSARADTREGISTERSECURITYEVENTSOURCE "
		"lsa_LSARADTUNREGISTERSECURITYEVENTSOURCE lsa_LSARADTREPORTSECURITYEVENT" },
	{ "samr",
		"Connect Close SetSecurity QuerySecurity Shutdown LookupDomain EnumDomains "
		"OpenDomain QueryDomainInfo SetDomainInfo CreateDomainGroup EnumDomainGroups "
		"CreateUser EnumDomainUsers CreateDomAlias EnumDomainAliases GetAliasMembership "
		"LookupNames LookupRids OpenGroup QueryGroupInfo SetGroupInfo AddGroupMember "
		"DeleteDomainGroup DeleteGroupMember QueryGroupMember SetMemberAttributesOfGroup "
		"OpenAlias QueryAliasInfo SetAliasInfo DeleteDomAlias AddAliasMember "
		"DeleteAliasMember GetMembersInAlias OpenUser DeleteUser QueryUserInfo SetUserInfo "
		"ChangePasswordUser GetGroupsForUser QueryDisplayInfo GetDisplayEnumerationIndex "
		"TestPrivateFunctionsDomain TestPrivateFunctionsUser GetUserPwInfo "
		"RemoveMemberFromForeignDomain QueryDomainInfo2 QueryUserInfo2 QueryDisplayInfo2 "
		"GetDisplayEnumerationIndex2 CreateUser2 QueryDisplayInfo3 "
		"AddMultipleMembersToAlias RemoveMultipleMembersFromAlias OemChangePasswordUser2 "
		"ChangePasswordUser2 GetDomPwInfo Connect2 SetUserInfo2 SetBootKeyInformation "
		"GetBootKeyInformation Connect3 Connect4 ChangePasswordUser3 Connect5 RidToSid "
		"SetDsrmPassword ValidatePassword" },
	{ "rpc_netlogon",
		"NetrLogonUasLogon NetrLogonUasLogoff NetrLogonSamLogon NetrLogonSamLogoff "
		"NetrServerReqChallenge NetrServerAuthenticate NetrServerPasswordSet "
		"NetrDatabaseDeltas NetrDatabaseSync NetrAccountDeltas NetrAccountSync "
		"NetrGetDCName NetrLogonControl NetrGetAnyDCName NetrLogonControl2 "
		"NetrServerAuthenticate2 NetrDatabaseSync2 NetrDatabaseRedo NetrLogonControl2Ex "
		"NetrEnumerateTrustedDomains DsrGetDcName NetrLogonDummyRoutine1 "
		"NetrLogonSetServiceBits NetrLogonGetTrustRid NetrLogonComputeServerDigest "
		"NetrLogonComputeClientDigest NetrServerAuthenticate3 DsrGetDcNameEx DsrGetSiteName "
		"NetrLogonGetDomainInfo NetrServerPasswordSet2 NetrServerPasswordGet "
		"NetrLogonSendToSam DsrAddressToSiteNamesW DsrGetDcNameEx2 "
		"NetrLogonGetTimeServiceParentDomain NetrEnumerateTrustedDomainsEx "
		"DsrAddressToSiteNamesExW DsrGetDcSiteCoverageW NetrLogonSamLogonEx "
		"DsrEnumerateDomainTrusts DsrDeregisterDnsHostRecords NetrServerTrustPasswordsGet "
		"DsrGetForestTrustInformation NetrGetForestTrustInformation "
		"NetrLogonSamLogonWithFlags NetrServerGetTrustInfo" },
	{ "drsuapi",
		"DsBind DsUnbind DsReplicaSync DsGetNCChanges DsReplicaUpdateRefs "
		"DRSUAPI_REPLICA_ADD DRSUAPI_REPLICA_DEL DRSUAPI_REPLICA_MODIFY "
		"DRSUAPI_VERIFY_NAMES DRSUAPI_GET_MEMBERSHIPS DRSUAPI_INTER_DOMAIN_MOVE "
		"DRSUAPI_GET_NT4_CHANGELOG DsCrackNames DsWriteAccountSpn DRSUAPI_REMOVE_DS_SERVER "
		"DRSUAPI_REMOVE_DS_DOMAIN DsGetDomainControllerInfo DsAddEntry DRSUAPI_EXECUTE_KCC "
		"DsReplicaGetInfo DRSUAPI_ADD_SID_HISTORY DRSUAPI_GET_MEMBERSHIPS2 "
		"DRSUAPI_REPLICA_VERIFY_OBJECTS DRSUAPI_GET_OBJECT_EXISTENCE "
		"DRSUAPI_QUERY_SITES_BY_COST" },
	{ "srvsvc",
		"NetCharDevEnum NetCharDevGetInfo NetCharDevControl NetCharDevQEnum "
		"NetCharDevQGetInfo NetCharDevQSetInfo NetCharDevQPurge NetCharDevQPurgeSelf "
		"NetConnEnum NetFileEnum NetFileGetInfo NetFileClose NetSessEnum NetSessDel "
		"NetShareAdd NetShareEnumAll NetShareGetInfo NetShareSetInfo NetShareDel "
		"NetShareDelSticky NetShareCheck NetSrvGetInfo NetSrvSetInfo NetDiskEnum "
		"NetServerStatisticsGet NetTransportAdd NetTransportEnum NetTransportDel "
		"NetRemoteTOD NetSetServiceBits NetPathType NetPathCanonicalize NetPathCompare "
		"NetNameValidate NETRPRNAMECANONICALIZE NetPRNameCompare NetShareEnum "
		"NetShareDelStart NetShareDelCommit NetGetFileSecurity NetSetFileSecurity "
		"NetServerTransportAddEx NetServerSetServiceBitsEx NETRDFSGETVERSION "
		"NETRDFSCREATELOCALPARTITION NETRDFSDELETELOCALPARTITION NETRDFSSETLOCALVOLUMESTATE "
		"NETRDFSSETSERVERINFO NETRDFSCREATEEXITPOINT NETRDFSDELETEEXITPOINT "
		"NETRDFSMODIFYPREFIX NETRDFSFIXLOCALVOLUME NETRDFSMANAGERREPORTSITEINFO "
		"NETRSERVERTRANSPORTDELEX" },
	{ "wkssvc",
		"NetWkstaGetInfo NetWkstaSetInfo NetWkstaEnumUsers NetrWkstaUserGetInfo "
		"NetrWkstaUserSetInfo NetWkstaTransportEnum NetrWkstaTransportAdd "
		"NetrWkstaTransportDel NetrUseAdd NetrUseGetInfo NetrUseDel NetrUseEnum "
		"NetrMessageBufferSend NetrWorkstationStatisticsGet NetrLogonDomainNameAdd "
		"NetrLogonDomainNameDel NetrJoinDomain NetrUnjoinDomain NetrRenameMachineInDomain "
		"NetrValidateName NetrGetJoinInformation NetrGetJoinableOus NetrJoinDomain2 "
		"NetrUnjoinDomain2 NetrRenameMachineInDomain2 NetrValidateName2 NetrGetJoinableOus2 "
		"NetrAddAlternateComputerName NetrRemoveAlternateComputerName "
		"NetrSetPrimaryComputername NetrEnumerateComputerNames" },
	{ "winreg",
		"OpenHKCR OpenHKCU OpenHKLM OpenHKPD OpenHKU CloseKey CreateKey DeleteKey "
		"DeleteValue EnumKey EnumValue FlushKey GetKeySecurity LoadKey NotifyChangeKeyValue "
		"OpenKey QueryInfoKey QueryValue ReplaceKey RestoreKey SaveKey SetKeySecurity "
		"SetValue UnLoadKey InitiateSystemShutdown AbortSystemShutdown GetVersion OpenHKCC "
		"OpenHKDD QueryMultipleValues InitiateSystemShutdownEx SaveKeyEx OpenHKPT OpenHKPN "
		"QueryMultipleValues2 DeleteKeyEx" },
	{ "svcctl",
		"CloseServiceHandle ControlService DeleteService LockServiceDatabase "
		"QueryServiceObjectSecurity SetServiceObjectSecurity QueryServiceStatus "
		"SetServiceStatus UnlockServiceDatabase NotifyBootConfigStatus ScSetServiceBitsW "
		"ChangeServiceConfigW CreateServiceW EnumDependentServicesW EnumServicesStatusW "
		"OpenSCManagerW OpenServiceW QueryServiceConfigW QueryServiceLockStatusW "
		"StartServiceW GetServiceDisplayNameW GetServiceKeyNameW ScSetServiceBitsA "
		"ChangeServiceConfigA CreateServiceA EnumDependentServicesA EnumServicesStatusA "
		"OpenSCManagerA OpenServiceA QueryServiceConfigA QueryServiceLockStatusA "
		"StartServiceA GetServiceDisplayNameA GetServiceKeyNameA ScGetCurrentGroupStateW "
		"EnumServiceGroupW ChangeServiceConfig2A ChangeServiceConfig2W QueryServiceConfig2A "
		"QueryServiceConfig2W QueryServiceStatusEx EnumServicesStatusExA "
		"EnumServicesStatusExW ScSendTSMessage" },
	{ "spoolss",
		"EnumPrinters OpenPrinter SetJob GetJob EnumJobs AddPrinter DeletePrinter "
		"SetPrinter GetPrinter AddPrinterDriver EnumPrinterDrivers GetPrinterDriver "
		"GetPrinterDriverDirectory DeletePrinterDriver AddPrintProcessor EnumPrintProcessor "
		"GetPrintProcessorDirectory StartDocPrinter StartPagePrinter WritePrinter "
		"EndPagePrinter AbortPrinter ReadPrinter EndDocPrinter AddJob ScheduleJob "
		"GetPrinterData SetPrinterData WaitForPrinterChange ClosePrinter AddForm DeleteForm "
		"GetForm SetForm EnumForms EnumPorts EnumMonitors AddPort ConfigurePort DeletePort "
		"CreatePrinterIC PlayDiscriptOnPrinterIC DeletePrinterIC AddPrinterConnection "
		"DeletePrinterConnection PrinterMessageBox AddMonitor DeleteMonitor "
		"DeletePrintProcessor AddPrintProvider DeletePrintProvider EnumPrintProcDataTypes "
		"ResetPrinter GetPrinterDriver2 FindFirstPrinterChangeNotification "
		"FindNextPrinterChangeNotification FCPN RouterFindFirstPrinterNotificationOld "
		"ReplyOpenPrinter RouterReplyPrinter ReplyClosePrinter AddPortEx "
		"RemoteFindFirstPrinterChangeNotification SpoolerInit ResetPrinterEx RFFPCNEX RRPCN "
		"RFNPCNEX - OpenPrinterEx AddPrinterEx - EnumPrinterData DeletePrinterData - - - "
		"SetPrinterDataEx GetPrinterDataEx EnumPrinterDataEx EnumPrinterKey "
		"DeletePrinterDataEx - - DeletePrinterDriverEx - - - - AddPrinterDriverEx - - - - - "
		"- - - - - - - GetCorePrinterDrivers - GetPrinterDriverPackagePath" },
	{ "atsvc",
		"JobAdd JobDel JobEnum JobGetInfo" },
	{ "eventlog",
		"ClearEventLogW BackupEventLogW CloseEventLog DeregisterEventSource GetNumRecords "
		"GetOldestRecord ChangeNotify OpenEventLogW RegisterEventSourceW "
		"OpenBackupEventLogW ReadEventLogW ReportEventW ClearEventLogA BackupEventLogA "
		"OpenEventLogA RegisterEventSourceA OpenBackupEventLogA ReadEventLogA ReportEventA "
		"RegisterClusterSvc DeregisterClusterSvc WriteClusterEvents GetLogIntormation "
		"FlushEventLog" },
	{ "rpc_browser",
		"BrowserrServerEnum BrowserrDebugCall BrowserrQueryOtherDomains "
		"BrowserrResetNetlogonState BrowserrDebugTrace BrowserrQueryStatistics "
		"BrowserrResetStatistics NetrBrowserStatisticsClear NetrBrowserStatisticsGet "
		"BrowserrSetNetlogonState BrowserrQueryEmulatedDomains BrowserrServerEnumEx" },
	{ "netdfs",
		"dfs_GetManagerVersion dfs_Add dfs_Remove dfs_SetInfo dfs_GetInfo dfs_Enum "
		"dfs_Rename dfs_Move dfs_ManagerGetConfigInfo dfs_ManagerSendSiteInfo dfs_AddFtRoot "
		"dfs_RemoveFtRoot dfs_AddStdRoot dfs_RemoveStdRoot dfs_ManagerInitialize "
		"dfs_AddStdRootForced dfs_GetDcAddress dfs_SetDcAddress dfs_FlushFtTable dfs_Add2 "
		"dfs_Remove2 dfs_EnumEx dfs_SetInfo2" },
	{ "initshutdown",
		"Init Abort InitEx" },
	{ "efs",
		"EfsRpcOpenFileRaw EfsRpcReadFileRaw EfsRpcWriteFileRaw EfsRpcCloseRaw "
		"EfsRpcEncryptFileSrv EfsRpcDecryptFileSrv EfsRpcQueryUsersOnFile "
		"EfsRpcQueryRecoveryAgents EfsRpcRemoveUsersFromFile EfsRpcAddUsersToFile "
		"EfsRpcSetFileEncryptionKey EfsRpcNotSupported EfsRpcFileKeyInfo "
		"EfsRpcDuplicateEncryptionInfoFile" },
	{ "frsrpc",
		"FrsSendCommPkt FrsVerifyPromotionParent FrsStartPromotionParent FrsNOP "
		"FRSRPC_BACKUP_COMPLETE FRSRPC_BACKUP_COMPLETE_5 FRSRPC_BACKUP_COMPLETE_6 "
		"FRSRPC_BACKUP_COMPLETE_7 FRSRPC_BACKUP_COMPLETE_8 FRSRPC_BACKUP_COMPLETE_9 "
		"FRSRPC_VERIFY_PROMOTION_PARENT_EX" },
	{ "frsapi",
		"VerifyPromotion PromotionStatus StartDemotion CommitDemotion "
		"Set_DsPollingIntervalW Get_DsPollingIntervalW VerifyPromotionW InfoW "
		"IsPathReplicated WriterCommand" },
	{ "frstrans",
		"CheckConnectivity EstablishConnection EstablishSession RequestUpdates "
		"RequestVersionVector AsyncPoll FRSTRANS_REQUEST_RECORDS FRSTRANS_UPDATE_CANCEL "
		"FRSTRANS_RAW_GET_FILE_DATA FRSTRANS_RDC_GET_SIGNATURES "
		"FRSTRANS_RDC_PUSH_SOURCE_NEEDS FRSTRANS_RDC_GET_FILE_DATA FRSTRANS_RDC_CLOSE "
		"InitializeFileTransferAsync FRSTRANS_OPNUM_0E_NOT_USED_ON_THE_WIRE "
		"FRSTRANS_RAW_GET_FILE_DATA_ASYNC FRSTRANS_RDC_GET_FILE_DATA_ASYNC" },
	{ "mapi",
		"EcDoConnect EcDoDisconnect EcDoRpc EcGetMoreRpc EcRRegisterPushNotification "
		"EcRUnregisterPushNotification EcDummyRpc EcRGetDCName EcRNetGetDCName EcDoRpcExt" },
	{ "messenger",
		"NetrSendMessage" },
	{ "nspi",
		"NspiBind NspiUnbind NspiUpdateStat NspiQueryRows NspiSeekEntries NspiGetMatches "
		"NspiResortRestriction NspiDNToEph NspiGetPropList NspiGetProps NspiCompareDNTs "
		"NspiModProps NspiGetHierarchyInfo NspiGetTemplateInfo NspiModLInkAtt "
		"NspiDeleteEntries NspiQueryColumns NspiGetNamesFromIDs NspiGetIDsFromNames "
		"NspiResolveNames NspiResolveNamesW" },
	{ "rfr",
		"RfrGetNewDSA RfrGetFQDNFromLegacyDN" },
	{ "rras",
		"MprAdminServerGetInfo RasAdminConnectionEnum RasAdminConnectionGetInfo "
		"RasAdminConnectionClearStats RasAdminPortEnum RasAdminPortGetInfo "
		"RasAdminPortClearStats RasAdminPortReset RasAdminPortDisconnect "
		"RouterInterfaceTransportSetGlobalInfo RouterInterfaceTransportGetGlobalInfo "
		"RouterInterfaceGetHandle RouterInterfaceCreate RouterInterfaceGetInfo "
		"RouterInterfaceSetInfo RouterInterfaceDelete RouterInterfaceTransportRemove "
		"RouterInterfaceTransportAdd RouterInterfaceTransportGetInfo "
		"RouterInterfaceTransportSetInfo RouterInterfaceEnum RouterInterfaceConnect "
		"RouterInterfaceDisconnect RouterInterfaceUpdateRoutes "
		"RouterInterfaceQueryUpdateResult RouterInterfaceUpdatePhonebookInfo MIBEntryCreate "
		"MIBEntryDelete MIBEntrySet MIBEntryGet MIBEntryGetFirst MIBEntryGetNext "
		"MIBGetTrapInfo MIBSetTrapInfo RasAdminConnectionNotification "
		"RasAdminSendUserMessage RouterDeviceEnum RouterInterfaceTransportCreate "
		"RouterInterfaceDeviceGetInfo RouterInterfaceDeviceSetInfo "
		"RouterInterfaceSetCredentialsEx RouterInterfaceGetCredentialsEx "
		"RasAdminConnectionRemoveQuarantine" },
	{ "tapi",
		"ClientAttach ClientRequest ClientDetach" },
	{ "trksvr",
		"LnkSvrMessage" },
	{ "dnsserver",
		"DnssrvOperation DnssrvQuery DnssrvComplexOperation DnssrvEnumRecords "
		"DnssrvUpdateRecord DnssrvOperation2 DnssrvQuery2 DnssrvComplexOperation2 "
		"DnssrvEnumRecords2 DnssrvUpdateRecord2" },
	{ "dssetup",
		"DsRoleGetPrimaryDomainInformation DsRoleDnsNameToFlatName DsRoleDcAsDc "
		"DsRoleDcAsReplica DsRoleDemoteDc DsRoleGetDcOperationProgress "
		"DsRoleGetDcOperationResults DsRoleCancel DsRoleServerSaveStateForUpgrade "
		"DsRoleUpgradeDownlevelServer DsRoleAbortDownlevelServerUpgrade" },
	{ "clusapi",
		"OpenCluster CloseCluster SetClusterName GetClusterName GetClusterVersion "
		"GetQuorumResource SetQuorumResource CreateEnum OpenResource CreateResource "
		"DeleteResource CloseResource GetResourceState SetResourceName GetResourceId "
		"GetResourceType FailResource OnlineResource OfflineResource AddResourceDependency "
		"RemoveResourceDependency CanResourceBeDependent CreateResEnum AddResourceNode "
		"RemoveResourceNode ChangeResourceGroup CreateResourceType DeleteResourceType "
		"GetRootKey CreateKey OpenKey EnumKey SetValue DeleteValue QueryValue DeleteKey "
		"EnumValue CloseKey QueryInfoKey SetKeySecurity GetKeySecurity OpenGroup "
		"CreateGroup DeleteGroup CloseGroup GetGroupState SetGroupName GetGroupId GetNodeId "
		"OnlineGroup OfflineGroup MoveGroup MoveGroupToNode CreateGroupResourceEnum "
		"SetGroupNodeList CreateNotify CloseNotify AddNotifyCluster AddNotifyNode "
		"AddNotifyGroup AddNotifyResource AddNotifyKey ReAddNotifyNode ReAddNotifyGroup "
		"ReAddNotifyResource GetNotify OpenNode CloseNode GetNodeState PauseNode ResumeNode "
		"EvictNode NodeResourceControl ResourceControl NodeResourceTypeControl "
		"ResourceTypeControl NodeGroupControl GroupControl NodeNodeControl NodeControl "
		"Opnum80NotUsedOnWire OpenNetwork CloseNetwork GetNetworkState SetNetworkName "
		"CreateNetworkEnum GetNetworkId SetNetworkPriorityOrder NodeNetworkControl "
		"NetworkControl AddNotifyNetwork ReAddNotifyNetwork OpenNetInterface "
		"CloseNetInterface GetNetInterfaceState GetNetInterface GetNetInterfaceId "
		"NodeNetInterfaceControl NetInterfaceControl AddNotifyNetInterface "
		"ReAddNotifyNetInterface CreateNodeEnum GetClusterVersion2 CreateResTypeEnum "
		"BackupClusterDatabase NodeClusterControl ClusterControl UnblockGetNotifyCall "
		"SetServiceAccountPassword SetResourceDependencyExpression "
		"GetResourceDependencyExpression Opnum111NotUsedOnWire GetResourceNetworkName "
		"ExecuteBatch CreateBatchPort GetBatchNotification CloseBatchPort OpenClusterEx "
		"OpenNodeEx OpenGroupEx OpenResourceEx OpenNetworkEx OpenNetInterfaceEx "
		"ChangeCsvState CreateNodeEnumEx CreateEnumEx PauseNodeEx PauseNodeWithDrainTarget "
		"ResumeNodeEx CreateGroupEx OnlineGroupEx OfflineGroupEx MoveGroupEx "
		"MoveGroupToNodeEx CancelClusterGroupOperation OnlineResourceEx OfflineResourceEx "
		"CreateNotifyV2 AddNotifyV2 GetNotifyV2 QueryAllValues StmFindDisk ClusterMrr "
		"CreateGroupEnum CreateResourceEnum ExecuteReadBatch RestartResource GetNotifyAsync "
		"Opnum148NotUsedOnWire Opnum149otUsedOnWire Opnum150NotUsedOnWire "
		"Opnum151NotUsedOnWire Opnum152NotUsedOnWire Opnum153NotUsedOnWire "
		"Opnum154NotUsedOnWire AddNotifyResourceTypeV2 Opnum156NotUsedOnWire "
		"ExecuteReadBatchEx Opnum158NotUsedOnWire Opnum159NotUsedOnWire "
		"Opnum160NotUsedOnWire Opnum161NotUsedOnWire Opnum162NotUsedOnWire CreateGroupSet "
		"OpenGroupSet CloseGroupSet DeleteGroupSet AddGroupToGroupSet "
		"RemoveGroupFromGroupSet MoveGroupToGroupSet Opnum170NotUsedOnWire "
		"AddGroupSetDependency AddGroupToGroupSetDependency NodeGroupSetControl "
		"GroupSetControl SetGroupDependencyExpression RemoveClusterGroupDependency "
		"SetGroupSetDependencyExpression RemoveGroupSetDependency "
		"RemoveClusterGroupToGroupSetDependency CreateGroupSetEnum CreateNetInterfaceEnum "
		"ChangeCsvStateEx AddGroupToGroupSetEx" },
	{ "witness",
		"GetInterfaceList Register UnRegister AsyncNotify RegisterEx" },
	{ "mdssvc",
		"open unknown1 cmd close" },
	{ "isystemactivator",
		"QueryInterfaceIRemoteSCMActivator AddRefIRemoteISCMActivator "
		"ReleaseIRemoteISCMActivator RemoteGetClassObject RemoteCreateInstance" },
	{ "oxid",
		"ResolveOxid SimplePing ComplexPing ServerAlive ResolveOxid2 ServerAlive2" },
	{ "remact",
		"RemoteActivation" },
	{ "remunk",
		"QueryInterface AddRef Release RemQueryInterface RemAddRef RemRelease "
		"RemQueryInterface2" },
	{ "remunk2",
		"QueryInterface AddRef Release RemQueryInterface RemAddRef RemRelease "
		"RemQueryInterface2" },
	{ "dispatch",
		"QueryInterface AddRef Release GetTypeInfoCount GetTypeInfo GetIDsOfNames Invoke" },
	{ "pn_io_device",
		"Connect Release Read Write Control Read_Implicit" },
	{ "pn_io_controller",
		"Connect Release Read Write Control Read_Implicit" },
	{ "pn_io_supervisor",
		"Connect Release Read Write Control Read_Implicit" },
	{ "pn_io_parameterserver",
		"Connect Release Read Write Control Read_Implicit" },
	{ "conv",
		"who_are_you who_are_you2 are_you_there who_are_you_auth who_are_you_auth_more" },
	{ "taskschedulerservice",
		"SchRpcHighestVersion SchRpcRegisterTask SchRpcRetrieveTask SchRpcCreateFolder SchRpcSetSecurity "
		"SchRpcGetSecurity SchRpcEnumFolders SchRpcEnumTasks SchRpcEnumInstances SchRpcGetInstanceInfo "
		"SchRpcStopInstance SchRpcStop SchRpcRun SchRpcDelete SchRpcRename SchRpcScheduledRuntimes "
		"SchRpcGetLastRunInfo SchRpcGetTaskInfo SchRpcGetNumberOfMissedRuns SchRpcEnableTask" },
	{ "iremotewinspool",
		"winspool_AsyncOpenPrinter winspool_AsyncAddPrinter winspool_AsyncSetJob winspool_AsyncGetJob "
		"winspool_AsyncEnumJobs winspool_AsyncAddJob winspool_AsyncScheduleJob winspool_AsyncDeletePrinter "
		"winspool_AsyncSetPrinter winspool_AsyncGetPrinter winspool_AsyncStartDocPrinter "
		"winspool_AsyncStartPagePrinter winspool_AsyncWritePrinter winspool_AsyncEndPagePrinter "
		"winspool_AsyncEndDocPrinter winspool_AsyncAbortPrinter winspool_AsyncGetPrinterData "
		"winspool_AsyncGetPrinterDataEx winspool_AsyncSetPrinterData winspool_AsyncSetPrinterDataEx "
		"winspool_AsyncClosePrinter winspool_AsyncAddForm winspool_AsyncDeleteForm winspool_AsyncGetForm "
		"winspool_AsyncSetForm winspool_AsyncEnumForms winspool_AsyncGetPrinterDriver "
		"winspool_AsyncEnumPrinterData winspool_AsyncEnumPrinterDataEx winspool_AsyncEnumPrinterKey "
		"winspool_AsyncDeletePrinterData winspool_AsyncDeletePrinterDataEx winspool_AsyncDeletePrinterKey "
		"winspool_AsyncXcvData winspool_AsyncSendRecvBidiData winspool_AsyncCreatePrinterIC "
		"winspool_AsyncPlayGdiScriptOnPrinterIC winspool_AsyncDeletePrinterIC winspool_AsyncEnumPrinters "
		"winspool_AsyncAddPrinterDriver winspool_AsyncEnumPrinterDrivers "
		"winspool_AsyncGetPrinterDriverDirectory winspool_AsyncDeletePrinterDriver "
		"winspool_AsyncDeletePrinterDriverEx winspool_AsyncAddPrintProcessor "
		"winspool_AsyncEnumPrintProcessors winspool_AsyncGetPrintProcessorDirectory winspool_AsyncEnumPorts "
		"winspool_AsyncEnumMonitors winspool_AsyncAddPort winspool_AsyncSetPort winspool_AsyncAddMonitor "
		"winspool_AsyncDeleteMonitor winspool_AsyncDeletePrintProcessor "
		"winspool_AsyncEnumPrintProcessorDatatypes winspool_AsyncAddPerMachineConnection "
		"winspool_AsyncDeletePerMachineConnection winspool_AsyncEnumPerMachineConnections "
		"winspool_SyncRegisterForRemoteNotifications winspool_SyncUnRegisterForRemoteNotifications "
		"winspool_SyncRefreshRemoteNotifications winspool_AsyncGetRemoteNotifications "
		"winspool_AsyncInstallPrinterDriverFromPackage winspool_AsyncUploadPrinterDriverPackage "
		"winspool_AsyncGetCorePrinterDrivers winspool_AsyncCorePrinterDriverInstalled "
		"winspool_AsyncGetPrinterDriverPackagePath winspool_AsyncDeletePrinterDriverPackage "
		"winspool_AsyncReadPrinter winspool_AsyncResetPrinter winspool_AsyncGetJobNamedPropertyValue "
		"winspool_AsyncSetJobNamedProperty winspool_AsyncDeleteJobNamedProperty "
		"winspool_AsyncEnumJobNamedProperties winspool_AsyncLogJobInfoForBranchOffice" },
	{ "fsrvp",
		"GetSupportedVersion SetContext StartShadowCopySet AddToShadowCopySet CommitShadowCopySet "
		"ExposeShadowCopySet RecoveryCompleteShadowCopySet AbortShadowCopySet IsPathSupported "
		"IsPathShadowCopied GetShareMapping DeleteShareMapping PrepareShadowCopySet" },
	{ "pnp",
		"PNP_Disconnect PNP_Connect PNP_GetVersion PNP_GetGlobalState PNP_InitDetection PNP_ReportLogOn "
		"PNP_ValidateDeviceInstance PNP_GetRootDeviceInstance PNP_GetRelatedDeviceInstance "
		"PNP_EnumerateSubKeys PNP_GetDeviceList PNP_GetDeviceListSize PNP_GetDepth PNP_GetDeviceRegProp "
		"PNP_SetDeviceRegProp PNP_GetClassInstance PNP_CreateKey PNP_DeleteRegistryKey PNP_GetClassCount "
		"PNP_GetClassName PNP_DeleteClassKey PNP_GetInterfaceDeviceAlias PNP_GetInterfaceDeviceList "
		"PNP_GetInterfaceDeviceListSize PNP_RegisterDeviceClassAssociation "
		"PNP_UnregisterDeviceClassAssociation PNP_GetClassRegProp PNP_SetClassRegProp PNP_CreateDevInst "
		"PNP_DeviceInstanceAction PNP_GetDeviceStatus PNP_SetDeviceProblem PNP_DisableDevInst "
		"PNP_UninstallDevInst PNP_AddID PNP_RegisterDriver PNP_QueryRemove PNP_RequestDeviceEject "
		"PNP_IsDockStationPresent PNP_RequestEjectPC PNP_HwProfFlags PNP_GetHwProfInfo PNP_AddEmptyLogConf "
		"PNP_FreeLogConf PNP_GetFirstLogConf PNP_GetNextLogConf PNP_GetLogConfPriority PNP_AddResDes "
		"PNP_FreeResDes PNP_GetNextResDes PNP_GetResDesData PNP_GetResDesDataSize PNP_ModifyResDes "
		"PNP_DetectResourceConflict PNP_QueryResConfList PNP_SetHwProf PNP_QueryArbitratorFreeData "
		"PNP_QueryArbitratorFreeSize PNP_RunDetection PNP_RegisterNotification PNP_UnregisterNotification "
		"PNP_GetCustomDevProp PNP_GetVersionInternal PNP_GetBlockedDriverInfo "
		"PNP_GetServerSideDeviceInstallFlags PNP_GetObjectPropKeys PNP_GetObjectProp PNP_SetObjectProp "
		"PNP_InstallDevInst PNP_ApplyPowerSettings PNP_DriverStoreAddDriverPackage "
		"PNP_DriverStoreDeleteDriverPackage PNP_RegisterServiceNotification PNP_SetActiveService "
		"PNP_DeleteServiceDevices" },
	{ "wzcsvc",
		"EnumInterfaces QueryInterface SetInterface RefreshInterface QueryContext SetContext EapolUIResponse "
		"EapolGetCustomAuthData EapolSetCustomAuthData EapolGetInterfaceParams EapolSetInterfaceParams "
		"EapolReAuthenticateInterface EapolQueryInterfaceState OpenWZCDbLogSession CloseWZCDbLogSession "
		"EnumWZCDbLogRecords FlushWZCdbLog GetWZCDbLogRecord" },
	{ "rpriv",
		"get_ptgt become_delegate become_impersonator get_eptgt" },
	{ "dtsprovider",
		"ContactProvider ServerRequestProviderTime" },
	{ "krb5rpc",
		"rsec_krb5rpc_sendto_kdc" },
	{ "rs_pgo",
		"add delete replace rename get key_transfer add_member delete_member is_member get_members" },
	{ "llb",
		"insert delete lookup" },
};
/* clang-format on */

const char *dcerpc_operation(uint8_t interface, uint16_t operation, int *len)
{
	const struct protocol *p = dcerpc_interface_protocol(interface);
	for (size_t i = 0; p && i < sizeof(interfaces) / sizeof(*interfaces); i++) {
		if (strcmp(interfaces[i].interface, p->name) != 0)
			continue;
		const char *at = interfaces[i].operations;
		for (; operation && *at; operation--) {
			at += strcspn(at, " ");
			at += *at == ' ';
		}
		*len = (int)strcspn(at, " ");
		return *at && *at != '-' ? at : NULL;
	}
	return NULL;
}
