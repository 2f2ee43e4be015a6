package dev.weft.xds.model;

/**
 * That a listener asks the system where connections led to before it redirected them ({@code
 * envoy.filters.listener.original_dst}).
 *
 * @param afterHeader whether the system's word comes after that of a PROXY header, and so counts
 * @param handsOver whether a connection goes to the listener of the address that it led to, where
 *     there is one ({@code use_original_dst}); the system's word comes last then
 */
public record OriginalDestination(boolean afterHeader, boolean handsOver) {
  public OriginalDestination {
    if (handsOver && !afterHeader) {
      throw new IllegalArgumentException("use_original_dst asks the system last");
    }
  }
}
