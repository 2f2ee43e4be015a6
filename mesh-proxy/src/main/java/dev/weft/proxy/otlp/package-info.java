/** Spans to collectors by OTLP, sent to clusters as the proxy sends everything else. */
@NullMarked
package dev.weft.proxy.otlp;

import org.jspecify.annotations.NullMarked;
