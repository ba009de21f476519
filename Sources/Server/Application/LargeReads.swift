import NIOCore

/// Lets a connection take up to 256 KiB at a read, four times what NIO takes by default: an upload passes from the network
/// to the disk in fewer pieces, each of which wakes a thread. A connection with small requests keeps small buffers.
final class LargeReads: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// Bytes of the largest read.
    private static let maximumBytes = 256 << 10

    func handlerAdded(context: ChannelHandlerContext) {
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: Self.maximumBytes)
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: allocator)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
