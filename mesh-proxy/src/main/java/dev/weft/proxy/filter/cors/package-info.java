/** Which origins browsers may call from. */
@NullMarked
package dev.weft.proxy.filter.cors;

import org.jspecify.annotations.NullMarked;
