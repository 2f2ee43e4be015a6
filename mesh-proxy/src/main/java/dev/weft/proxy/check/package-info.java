/** Active health checks: asks endpoints whether they are well, and tells their clusters. */
@NullMarked
package dev.weft.proxy.check;

import org.jspecify.annotations.NullMarked;
