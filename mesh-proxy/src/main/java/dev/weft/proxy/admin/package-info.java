/** The admin interface, readiness and metrics over HTTP, by Envoy's paths. */
@NullMarked
package dev.weft.proxy.admin;

import org.jspecify.annotations.NullMarked;
