/**
 * Where the configuration comes from: what a file fixes, what a control plane sends by ADS, what
 * was kept on disk; brought together and into force.
 */
@NullMarked
package dev.weft.proxy.discovery;

import org.jspecify.annotations.NullMarked;
