/** Which endpoints are fit to be picked: ejection by what their answers show. */
@NullMarked
package dev.weft.proxy.cluster.health;

import org.jspecify.annotations.NullMarked;
