/** A standalone proxy's configuration file: Envoy's v3 bootstrap. */
@NullMarked
package dev.weft.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
