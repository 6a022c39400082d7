"""A connection: how long a request's headers may take and how large they may be, and how long an answer is not read.

uvicorn waits without an end for the first request of a connection, for the rest of one that has begun, and for a reader
who does not read. The guard, which bounds a request's body, is asked only once the headers are there, and does not see
whether what it has sent is read.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Callable
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from loredact.serve.state import Server

_HEAD_BYTES = 64 << 10


def bounded(server: Server) -> type[HttpToolsProtocol]:
    """The protocol of the connections of `server`: uvicorn's, within the `read-seconds` of its configuration."""

    class Bounded(HttpToolsProtocol):
        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._reading: TimerHandle | None = None  # runs while headers are not there yet
            self._writing: TimerHandle | None = None  # runs while there is more to be read than buffers hold
            self._bytes, self._begun = 0, False
            self._reading = self._later(self._late)

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_reading()
            self._stop_writing()
            super().connection_lost(exc)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._stop_reading()
            self._bytes, self._begun = 0, True
            self._reading = self._later(self._late)

        def on_headers_complete(self) -> None:
            self._stop_reading()
            super().on_headers_complete()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._bytes += len(data)
            if self._reading is not None and self._bytes > _HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._writing = self._later(self.transport.abort)

        def resume_writing(self) -> None:
            self._stop_writing()
            super().resume_writing()

        def timeout_keep_alive_handler(self) -> None:
            if self.transport.get_write_buffer_size():  # to close would wait for the reader
                self.transport.abort()
            else:
                super().timeout_keep_alive_handler()

        def _later(self, what: Callable[[], None]) -> TimerHandle:
            return self.loop.call_later(server.now.config.limits.read_seconds, what)

        def _stop_reading(self) -> None:
            if self._reading is not None:
                self._reading.cancel()
                self._reading = None

        def _stop_writing(self) -> None:
            if self._writing is not None:
                self._writing.cancel()
                self._writing = None

        def _late(self) -> None:
            if self._begun:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
            else:
                self.transport.close()

        def _refuse(self, status: HTTPStatus) -> None:
            self._stop_reading()
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            self.transport.write(head.encode())
            self.transport.close()

    return Bounded
