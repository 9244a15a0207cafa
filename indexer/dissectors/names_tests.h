/* What tells the messages of protocols of which no more is known (names_udp.c): a few octets that must be
 * there. */
#ifndef PCAPDEX_DISSECTORS_NAMES_TESTS_H
#define PCAPDEX_DISSECTORS_NAMES_TESTS_H

#include "indexer/packet.h"

enum verdict test_a11(struct packet *, struct cursor *);
enum verdict test_aodv(struct packet *, struct cursor *);
enum verdict test_armagetron(struct packet *, struct cursor *);
enum verdict test_ath(struct packet *, struct cursor *);
enum verdict test_babel(struct packet *, struct cursor *);
enum verdict test_bjnp(struct packet *, struct cursor *);
enum verdict test_cflow(struct packet *, struct cursor *);
enum verdict test_cpha(struct packet *, struct cursor *);
enum verdict test_dlsw(struct packet *, struct cursor *);
enum verdict test_edonkey(struct packet *, struct cursor *);
enum verdict test_enttec(struct packet *, struct cursor *);
enum verdict test_glbp(struct packet *, struct cursor *);
enum verdict test_gvcp(struct packet *, struct cursor *);
enum verdict test_hart_ip(struct packet *, struct cursor *);
enum verdict test_icq(struct packet *, struct cursor *);
enum verdict test_isakmp(struct packet *, struct cursor *);
enum verdict test_isns(struct packet *, struct cursor *);
enum verdict test_krb4(struct packet *, struct cursor *);
enum verdict test_laplink(struct packet *, struct cursor *);
enum verdict test_mactelnet(struct packet *, struct cursor *);
enum verdict test_mndp(struct packet *, struct cursor *);
enum verdict test_mpls_echo(struct packet *, struct cursor *);
enum verdict test_papi(struct packet *, struct cursor *);
enum verdict test_pathport(struct packet *, struct cursor *);
enum verdict test_pnrp(struct packet *, struct cursor *);
enum verdict test_portcontrol(struct packet *, struct cursor *);
enum verdict test_rftap(struct packet *, struct cursor *);
enum verdict test_interlink(struct packet *, struct cursor *);
enum verdict test_udt(struct packet *, struct cursor *);
enum verdict gsmtap_dissect(struct packet *, struct cursor *); /* names_gsmtap.c */
enum verdict test_quake3(struct packet *, struct cursor *);
enum verdict test_mbudp(struct packet *, struct cursor *);
enum verdict test_bat_gw(struct packet *, struct cursor *);
enum verdict test_reload(struct packet *, struct cursor *);
enum verdict test_roon(struct packet *, struct cursor *);
enum verdict test_sbus(struct packet *, struct cursor *);
enum verdict test_sebek(struct packet *, struct cursor *);
enum verdict test_slimp3(struct packet *, struct cursor *);
enum verdict test_ssyncp(struct packet *, struct cursor *);
enum verdict test_steam(struct packet *, struct cursor *);
enum verdict test_tapa(struct packet *, struct cursor *);
enum verdict test_tivoconnect(struct packet *, struct cursor *);
enum verdict test_tpcp(struct packet *, struct cursor *);
enum verdict test_wccp(struct packet *, struct cursor *);
enum verdict test_xdmcp(struct packet *, struct cursor *);
enum verdict test_applemidi(struct packet *, struct cursor *);
enum verdict test_ar_drone(struct packet *, struct cursor *);
enum verdict test_artnet(struct packet *, struct cursor *);
enum verdict test_dplay(struct packet *, struct cursor *);
enum verdict test_icep(struct packet *, struct cursor *);
enum verdict test_pana(struct packet *, struct cursor *);
enum verdict test_peekremote(struct packet *, struct cursor *);
enum verdict test_pktgen(struct packet *, struct cursor *);
enum verdict test_proxy(struct packet *, struct cursor *);
enum verdict test_rtps(struct packet *, struct cursor *);
enum verdict test_len_4(struct packet *, struct cursor *);  /* at least 4 octets */
enum verdict test_len_12(struct packet *, struct cursor *); /* 12 */

/* names_walks.c: likewise, and read to where they end. */
enum verdict auto_rp_walk(struct packet *, struct cursor *);
enum verdict goose_walk(struct packet *, struct cursor *);
enum verdict cfm_walk(struct packet *, struct cursor *);
enum verdict gprs_ns_walk(struct packet *, struct cursor *);
enum verdict tsp_walk(struct packet *, struct cursor *);
enum verdict lpd_walk(struct packet *, struct cursor *);
enum verdict udld_walk(struct packet *, struct cursor *);
enum verdict ldp_walk(struct packet *, struct cursor *);
enum verdict mipv6_walk(struct packet *, struct cursor *);
enum verdict whole_walk(struct packet *, struct cursor *);
enum verdict olsr_walk(struct packet *, struct cursor *);
enum verdict pgm_walk(struct packet *, struct cursor *);
enum verdict rsvp_walk(struct packet *, struct cursor *);
enum verdict asap_walk(struct packet *, struct cursor *);
enum verdict rpkirtr_walk(struct packet *, struct cursor *);
enum verdict trmac_walk(struct packet *, struct cursor *);
enum verdict dec_dna_walk(struct packet *, struct cursor *);
enum verdict tipc_walk(struct packet *, struct cursor *);
enum verdict vsock_walk(struct packet *, struct cursor *);
enum verdict giop_walk(struct packet *, struct cursor *);
enum verdict miop_walk(struct packet *, struct cursor *);
enum verdict hl7_walk(struct packet *, struct cursor *);

/* names_tcp_telecom.c */
enum verdict gsm_ipa_walk(struct packet *, struct cursor *);

enum verdict ayiya_dissect(struct packet *, struct cursor *);
enum verdict caneth_dissect(struct packet *, struct cursor *);
enum verdict egd_dissect(struct packet *, struct cursor *);
enum verdict lwapp_l3_dissect(struct packet *, struct cursor *);

/* Takes its octets and shows them as data below its own name. */
enum verdict all_data(struct packet *, struct cursor *);

#endif
