/* Names with a way to the packet inside (wrappers.c), for the table of names.c. */
#ifndef PCAPDEX_DISSECTORS_WRAPPERS_H
#define PCAPDEX_DISSECTORS_WRAPPERS_H

#include "indexer/packet.h"

enum verdict wlan_encap_wrapper(struct packet *, struct cursor *);
enum verdict hsr_wrapper(struct packet *, struct cursor *);
enum verdict epl_wrapper(struct packet *, struct cursor *);
enum verdict enc_wrapper(struct packet *, struct cursor *);
enum verdict pflog_wrapper(struct packet *, struct cursor *);
enum verdict erf_wrapper(struct packet *, struct cursor *);
enum verdict atm_wrapper(struct packet *, struct cursor *);
enum verdict lapd_wrapper(struct packet *, struct cursor *);
enum verdict loratap_wrapper(struct packet *, struct cursor *);
enum verdict netanalyzer_wrapper(struct packet *, struct cursor *);
enum verdict avsp_wrapper(struct packet *, struct cursor *);
enum verdict batadv_wrapper(struct packet *, struct cursor *);
enum verdict cb_wrapper(struct packet *, struct cursor *);
enum verdict ecatf_wrapper(struct packet *, struct cursor *);
enum verdict ieee1722_wrapper(struct packet *, struct cursor *);
enum verdict trill_wrapper(struct packet *, struct cursor *);
enum verdict sflow_wrapper(struct packet *, struct cursor *);
enum verdict arcnet_wrapper(struct packet *pkt, struct cursor *c);
enum verdict tr_wrapper(struct packet *pkt, struct cursor *c);
enum verdict fddi_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ipnet_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ipoib_wrapper(struct packet *pkt, struct cursor *c);
enum verdict clip_wrapper(struct packet *pkt, struct cursor *c);
enum verdict pktap_wrapper(struct packet *pkt, struct cursor *c);
enum verdict cmd_wrapper(struct packet *pkt, struct cursor *c);
enum verdict etag_wrapper(struct packet *pkt, struct cursor *c);
enum verdict vntag_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ah_wrapper(struct packet *pkt, struct cursor *c);
enum verdict osi_wrapper(struct packet *pkt, struct cursor *c);
enum verdict clnp_wrapper(struct packet *pkt, struct cursor *c);
enum verdict loop_wrapper(struct packet *pkt, struct cursor *c);
enum verdict garp_wrapper(struct packet *pkt, struct cursor *c);
enum verdict realtek_wrapper(struct packet *pkt, struct cursor *c);
enum verdict nsh_wrapper(struct packet *pkt, struct cursor *c);
enum verdict macsec_wrapper(struct packet *pkt, struct cursor *c);
enum verdict etherip_wrapper(struct packet *pkt, struct cursor *c);
enum verdict user_dlt_wrapper(struct packet *pkt, struct cursor *c);
enum verdict juniper_wrapper(struct packet *pkt, struct cursor *c);
enum verdict all_data_wrapper(struct packet *pkt, struct cursor *c);
enum verdict header_wrapper(struct packet *pkt, struct cursor *c);
enum verdict profinet_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ppp_control_wrapper(struct packet *pkt, struct cursor *c);
enum verdict mtp2_wrapper(struct packet *pkt, struct cursor *c);
enum verdict mtp3_wrapper(struct packet *pkt, struct cursor *c);
enum verdict m3ua_wrapper(struct packet *pkt, struct cursor *c);
enum verdict sccp_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ngap_wrapper(struct packet *pkt, struct cursor *c);
enum verdict s1ap_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ap_wrapper(struct packet *pkt, struct cursor *c);
enum verdict bluetooth_wrapper(struct packet *pkt, struct cursor *c);
enum verdict wpan_tap_wrapper(struct packet *pkt, struct cursor *c);
enum verdict zep_wrapper(struct packet *pkt, struct cursor *c);
enum verdict wpan_wrapper(struct packet *pkt, struct cursor *c);
enum verdict bpq_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ax25_kiss_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ax25_wrapper(struct packet *pkt, struct cursor *c);
enum verdict ddp_wrapper(struct packet *pkt, struct cursor *c);
enum verdict dccp_wrapper(struct packet *pkt, struct cursor *c);
enum verdict netbios_wrapper(struct packet *pkt, struct cursor *c);
enum verdict nbipx_wrapper(struct packet *, struct cursor *);
enum verdict nmpi_wrapper(struct packet *pkt, struct cursor *c);
enum verdict mstp_wrapper(struct packet *pkt, struct cursor *c);
enum verdict idp_wrapper(struct packet *pkt, struct cursor *c);

enum verdict lowpan_wrapper(struct packet *pkt, struct cursor *c);
void lowpan_reassembled(struct packet *pkt, const struct fragment *f, const struct reassembled *whole);

extern const struct protocol wrapped_ax25, wrapped_6lowpan;
extern const struct protocol wrapped_mtp3;
extern const struct protocol wrapped_trmac;
extern const struct protocol wrapped_pn_dcp;
extern const struct protocol wrapped_pktdata;
extern const struct protocol wrapped_gvrp;
extern const struct protocol wrapped_gmrp;
extern const struct protocol wrapped_marker;
extern const struct protocol wrapped_oampdu;
extern const struct protocol wrapped_ossp;
extern const struct protocol wrapped_rrcp;
extern const struct protocol wrapped_rldp;

#endif
