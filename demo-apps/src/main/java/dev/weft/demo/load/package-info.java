/** Load on the shop that checks the content of every answer. */
@NullMarked
package dev.weft.demo.load;

import org.jspecify.annotations.NullMarked;
