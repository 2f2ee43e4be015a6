package dev.weft.proxy.telemetry;

/**
 * What happens to a request, by Envoy's names: of the downstream or the upstream connection ({@code
 * DS}, {@code US}), received or sent ({@code RX}, {@code TX}), the first or the last byte.
 */
public enum Moment {
  DS_RX_BEG,
  DS_RX_END,
  US_TX_BEG,
  US_TX_END,
  US_RX_BEG,
  US_RX_END,
  DS_TX_BEG,
  DS_TX_END
}
