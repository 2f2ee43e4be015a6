package dev.weft.control.resource;

import org.jspecify.annotations.Nullable;

/**
 * The service of the policy's namespace a policy applies to.
 *
 * @param port a port name of the service; null: all its ports
 */
public record TargetRef(String service, @Nullable String port) {}
