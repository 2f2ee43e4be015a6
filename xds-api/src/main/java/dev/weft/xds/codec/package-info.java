/** The one door between Envoy's protobuf messages and {@link dev.weft.xds.model}. */
@NullMarked
package dev.weft.xds.codec;

import org.jspecify.annotations.NullMarked;
