/** Which endpoints are fit to be picked: by what checks and their answers show. */
@NullMarked
package dev.weft.proxy.cluster.health;

import org.jspecify.annotations.NullMarked;
