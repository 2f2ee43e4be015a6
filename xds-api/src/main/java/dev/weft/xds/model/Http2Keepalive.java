package dev.weft.xds.model;

import java.time.Duration;

/**
 * PINGs by which an HTTP/2 connection finds out that its peer is gone ({@code
 * envoy.config.core.v3.KeepaliveSettings}).
 *
 * @param interval from one answer to the next PING; zero for none
 * @param timeout how long nothing may come after a PING; above zero
 * @param jitterPercent how much of the interval may be added to it by chance; 0..100
 * @param idleInterval where nothing has come for so long a PING goes before the next stream; zero
 *     for none
 */
public record Http2Keepalive(
    Duration interval, Duration timeout, double jitterPercent, Duration idleInterval) {}
