/** Statistics of gRPC calls. */
@NullMarked
package dev.weft.proxy.filter.grpcstats;

import org.jspecify.annotations.NullMarked;
