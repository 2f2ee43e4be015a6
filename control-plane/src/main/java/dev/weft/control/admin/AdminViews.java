package dev.weft.control.admin;

import dev.weft.control.store.AuditLog;
import dev.weft.control.store.ConfigStore;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What REST shows and changes.
 *
 * @param notReady why this node cannot serve yet, a sentence for each reason; empty when it can
 */
public record AdminViews(
    ConfigStore config,
    AuditLog audit,
    ProxyView proxies,
    Propagation propagation,
    TrafficView traffic,
    ClusterView cluster,
    IdentityAdmin identity,
    Supplier<CompletionStage<List<String>>> notReady) {}
