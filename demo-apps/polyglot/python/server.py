"""Version 2 of the shop's recommendations: the same answers as version 1, in Python."""

import argparse
import os
import signal
import sys
from concurrent import futures

# the generated modules are beside the interpreter of the environment they were generated for
sys.path.insert(0, sys.prefix)

import grpc  # noqa: E402
from weft.shop.v1 import shop_pb2, shop_pb2_grpc  # noqa: E402

COUNT = 1000
MAX_COUNT = 10_000


def index_of(product_id):
    digits = product_id[1:]
    if product_id[:1] != "p" or not digits.isascii() or not digits.isdigit() or str(int(digits)) != digits:
        return -1
    return int(digits) if int(digits) < COUNT else -1


class Recommendations(shop_pb2_grpc.RecommendationsServicer):
    def __init__(self, name):
        self.name = name

    def Recommend(self, request, context):
        index = index_of(request.product_id)
        if index < 0 or not 0 <= request.count <= MAX_COUNT:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"product_id must exist and count be 0..{MAX_COUNT}")
        for rank in range(request.count):
            yield shop_pb2.Recommendation(
                rank=rank,
                product_id=f"p{(index * 31 + rank + 1) % COUNT}",
                served_by=self.name,
                version="v2",
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", default="recommendations-v2")
    options = parser.parse_args()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=[("grpc.so_reuseport", 0)])
    shop_pb2_grpc.add_RecommendationsServicer_to_server(Recommendations(options.name), server)
    if server.add_insecure_port(f"127.0.0.1:{options.port}") == 0:
        sys.exit(f"recommendations: port {options.port} is taken")
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.stop(5).wait() and os._exit(0))
    print("READY", options.port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
