/** What is done when memory or connections run short: which load is shed, and when. */
@NullMarked
package dev.weft.proxy.overload;

import org.jspecify.annotations.NullMarked;
