package dev.weft.xds.model;

/**
 * Probes of the system on connections over which nothing goes; what is 0 is as the system has it.
 *
 * @param probes without an answer until the connection is dropped
 * @param idleSeconds without traffic until the first
 * @param intervalSeconds between them
 */
public record TcpKeepalive(int probes, int idleSeconds, int intervalSeconds) {}
