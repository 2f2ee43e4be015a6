/** Clusters as they are used: endpoints that keep their state over Runtimes, breakers, pickers. */
@NullMarked
package dev.weft.proxy.cluster;

import org.jspecify.annotations.NullMarked;
