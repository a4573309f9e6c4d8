/**
 * Kernel variables that are known and change nothing here: pacing, memory, statistics, caches, Fast Open, other protocols.
 *
 * @module
 */

/** Below `net.ipv4.`. */
const LINUX_IPV4 = `
  icmp_echo_enable_probe icmp_echo_ignore_all icmp_echo_ignore_broadcasts
  icmp_errors_use_inbound_ifaddr icmp_ignore_bogus_error_responses icmp_msgs_burst icmp_msgs_per_sec
  icmp_ratelimit icmp_ratemask ip_autobind_reuse ip_default_ttl ip_dynaddr ip_early_demux ip_forward
  ip_forward_update_priority ip_forward_use_pmtu ip_local_port_range ip_local_reserved_ports
  ip_no_pmtu_disc ip_nonlocal_bind ip_unprivileged_port_start route.flush route.gc_interval
  route.gc_timeout route.max_size route.min_adv_mss route.min_pmtu route.mtu_expires
  route.redirect_load tcp_abc tcp_adv_win_scale tcp_allowed_congestion_control tcp_app_win
  tcp_autocorking tcp_available_congestion_control tcp_available_ulp tcp_backlog_ack_defer
  tcp_child_ehash_entries tcp_comp_sack_delay_ns tcp_comp_sack_nr
  tcp_comp_sack_rtt_percent tcp_comp_sack_slack_ns tcp_cookie_size tcp_default_init_rwnd
  tcp_dma_copybreak tcp_early_demux tcp_ecn_fallback tcp_ecn_option tcp_ecn_option_beacon
  tcp_ehash_entries tcp_fastopen tcp_fastopen_blackhole_timeout_sec tcp_fastopen_cookies
  tcp_fastopen_key tcp_frto_response tcp_fwmark_accept tcp_l3mdev_accept tcp_limit_output_bytes
  tcp_low_latency tcp_max_orphans tcp_max_reordering tcp_max_ssthresh tcp_max_syn_backlog
  tcp_max_tw_buckets tcp_mem tcp_min_rtt_wlen tcp_min_snd_mss tcp_min_tso_segs tcp_mtu_probe_floor
  tcp_no_metrics_save tcp_no_ssthresh_metrics_save tcp_notsent_lowat tcp_orphan_retries
  tcp_pacing_ca_ratio tcp_pacing_ss_ratio tcp_pingpong_thresh tcp_plb_cong_thresh
  tcp_plb_idle_rehash_rounds tcp_plb_rehash_rounds tcp_plb_suspend_rto_sec tcp_probe_interval
  tcp_probe_threshold tcp_rcvbuf_low_rtt tcp_reflect_tos tcp_retrans_collapse tcp_rx_skb_cache
  tcp_stdurg tcp_syn_linear_timeouts tcp_tso_rtt_log tcp_tso_win_divisor tcp_tw_recycle
  tcp_tx_skb_cache tcp_workaround_signed_windows
`;

/** Below `net.core.`. */
const LINUX_CORE = `
  bpf_jit_enable busy_poll busy_read default_qdisc dev_weight gro_normal_batch
  high_order_alloc_disable max_skb_frags mem_pcpu_rsv message_burst message_cost netdev_budget
  netdev_budget_usecs netdev_max_backlog optmem_max rmem_default rmem_max rps_sock_flow_entries
  skb_defer_max somaxconn tstamp_allow_data txrehash wmem_default wmem_max
`;

/** Below `net.ipv6.`. */
const LINUX_IPV6 = `
  auto_flowlabels bindv6only fib_multipath_hash_policy flowlabel_consistency flowlabel_reflect
  flowlabel_state_ranges fwmark_reflect icmp.echo_ignore_all icmp.ratelimit icmp.ratemask idgen_delay
  idgen_retries ip6frag_high_thresh ip6frag_low_thresh ip6frag_time ip_nonlocal_bind
  max_dst_opts_length max_hbh_length route.flush route.gc_interval route.gc_timeout route.max_size
  route.min_adv_mss route.mtu_expires
`;

/** Below `net.inet.tcp.`. */
const FREEBSD_TCP = `
  ack_war_cnt ack_war_timewindow blackhole_local cc.abe cc.abe_frlossreduce cc.available
  cc.newreno.beta cc.newreno.beta_ecn debug do_lrd do_prr do_prr_conservative do_tcpdrain
  fast_finwait2_recycle fastopen.acceptany fastopen.autokey fastopen.ccache_bucket_limit
  fastopen.ccache_buckets fastopen.client_enable fastopen.keylen fastopen.maxkeys fastopen.maxpsks
  fastopen.numkeys fastopen.numpsks fastopen.path_disable_time fastopen.psk_enabled
  fastopen.server_enable fastopen.setkey fastopen.setpsk functions_available functions_default
  functions_inherit_listen_socket_stack hostcache.bucketlimit hostcache.cachelimit hostcache.count
  hostcache.enable hostcache.expire hostcache.hashsize hostcache.histo hostcache.list hostcache.prune
  hostcache.purge hostcache.purgenow insecure_ack isn_reseed_interval log_debug log_in_vain map_limit
  maxpersistidle maxtcptw maxunacktime minmss mssdflt newcwv newreno.beta newreno.beta_ecn pcbcount
  per_cpu_timers persmax persmin pmtud_blackhole_activated pmtud_blackhole_activated_min_mss
  pmtud_blackhole_detection pmtud_blackhole_failed pmtud_blackhole_mss reass.cursegments
  reass.maxqueuelen reass.maxsegments reass.new_limit reass.overflows reass.queueguard reass.stats
  recvbuf_auto recvbuf_inc recvbuf_max require_unique_port retries rfc6675_pipe sack.globalholes
  sack.globalmaxholes sack.lrd sack.maxholes sack.revised sack.tso sendbuf_auto sendbuf_auto_lowat
  sendbuf_inc sendbuf_max soreceive_stream split_limit syncache.bucketlimit syncache.cachelimit
  syncache.count syncache.hashsize syncache.rexmtlimit syncache.rst_on_sock_fail syncache.see_other
  tcbhashsize timer_race ts_offset_per_conn tso udp_tunneling_overhead udp_tunneling_port v6mssdflt
  v6pmtud_blackhole_mss
`;

/** By their whole names. */
const WHOLE = `
  kern.eventtimer.periodic kern.features.inet kern.hz kern.ipc.nmbclusters kern.ipc.soacceptqueue
  kern.ipc.somaxconn kern.ipc.tls.enable kern.maxfiles net.inet.icmp.drop_redirect
  net.inet.icmp.icmplim net.inet.icmp.icmplim_jitter net.inet.icmp.icmplim_output
  net.inet.icmp.maskrepl net.inet.icmp.quotelen net.inet.ip.forwarding net.inet.ip.portrange.first
  net.inet.ip.portrange.hifirst net.inet.ip.portrange.hilast net.inet.ip.portrange.last
  net.inet.ip.portrange.randomcps net.inet.ip.portrange.randomized net.inet.ip.portrange.reservedhigh
  net.inet.ip.portrange.reservedlow net.inet.ip.random_id net.inet.ip.rfc1122_strong_es
  net.inet.ip.source_address_validation net.inet.ip.ttl net.inet6.icmp6.errppslimit
  net.inet6.icmp6.nodeinfo net.inet6.icmp6.rediraccept net.inet6.ip6.forwarding net.inet6.ip6.hlim
  net.inet6.ip6.use_deprecated net.inet6.ip6.v6only net.mptcp.add_addr_timeout
  net.mptcp.allow_join_initial_addr_port net.mptcp.checksum_enabled net.mptcp.close_timeout
  net.mptcp.enabled net.mptcp.pm_type net.mptcp.scheduler net.mptcp.stale_loss_cnt
`;

/** Settings of one interface, and of stacks of FreeBSD that are not the default one. */
const FAMILIES = [
  /^net\.ipv[46]\.(conf|neigh)\.[\w-]+\.\w+$/,
  /^net\.inet\.tcp\.(bb|bbr|hpts|rack|cc\.\w+)\.[\w.]+$/,
];

function namesOf(prefix: string, text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "").map((word) => prefix + word);
}

/** Their whole names. */
export const HARMLESS_VARIABLES: ReadonlySet<string> = new Set([
  ...namesOf("net.ipv4.", LINUX_IPV4),
  ...namesOf("net.core.", LINUX_CORE),
  ...namesOf("net.ipv6.", LINUX_IPV6),
  ...namesOf("net.inet.tcp.", FREEBSD_TCP),
  ...namesOf("", WHOLE),
]);

/** Whether a variable is known and changes nothing here. */
export function isHarmlessVariable(name: string): boolean {
  return HARMLESS_VARIABLES.has(name) || FAMILIES.some((pattern) => pattern.test(name));
}
