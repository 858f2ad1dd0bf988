"""What each kind of problem is called, what it means and what to do about it."""

from typing import Final

from ...i18n import message

HEADING: Final = message("The errors and what they mean")
# By the names of `http.problem.KINDS`: title and explanation.
EXPLANATIONS: Final = {
    "bad-request": (
        message("Bad request"),
        message("The request is malformed; the detail says where. Correct it and try again."),
    ),
    "forbidden": (message("Forbidden"), message("This service is read-only and calls no other services.")),
    "not-found": (
        message("Not found"),
        message(
            "Nothing is published at this address. Upper and lower case and the final slash matter; a suffix such"
            " as .ttl exists only for the formats on offer."
        ),
    ),
    "method-not-allowed": (
        message("Method not allowed"),
        message(
            "The address exists, but not for this method. The Allow field of the response names the methods allowed."
        ),
    ),
    "not-acceptable": (
        message("Not acceptable"),
        message(
            "The resource exists, but in none of the formats or profiles requested. The “available” member of the"
            " response lists those that exist; choose one with the Accept field or the suffix of the address."
        ),
    ),
    "request-timeout": (
        message("Request timeout"),
        message("The request announced a body that did not arrive in time. Send it again in one go."),
    ),
    "gone": (
        message("Gone"),
        message(
            "An earlier release described this resource; the current release does not. The response names what "
            "replaced it, if that is known. Earlier releases stay in the history."
        ),
    ),
    "precondition-failed": (
        message("Precondition failed"),
        message(
            "The request set a condition (If-Match, If-Unmodified-Since) that the current state does "
            "not meet. Read the current state first."
        ),
    ),
    "content-too-large": (
        message("Content too large"),
        message("The body of the request is larger than this service accepts. The detail names the limit."),
    ),
    "uri-too-long": (
        message("URI too long"),
        message("The address is longer than this service accepts. Send a long SPARQL query by POST."),
    ),
    "unsupported-media-type": (
        message("Unsupported media type"),
        message(
            "This service does not read the media type of the request body. The Accept-Post field of the response"
            " names the types it reads."
        ),
    ),
    "range-not-satisfiable": (
        message("Range not satisfiable"),
        message(
            "The requested range starts after the end of the file. The Content-Range field of the response gives "
            "its length."
        ),
    ),
    "too-many-requests": (
        message("Too many requests"),
        message(
            "Your address sent too many requests in a short time. Wait the number of seconds in the Retry-After "
            "field. To get all data, download a file from /releases/."
        ),
    ),
    "header-fields-too-large": (
        message("Header fields too large"),
        message(
            "The header fields of the request are larger than this service accepts. Shorten them: the Accept "
            "list, for example, or cookies, which this site does not use."
        ),
    ),
    "internal-error": (
        message("Internal error"),
        message("Something went wrong on the server; it is not your fault. The error was logged; try again later."),
    ),
    "unavailable": (
        message("Unavailable"),
        message(
            "The service cannot answer at the moment. Try again after the number of seconds in the Retry-After field."
        ),
    ),
    "bad-gateway": (
        message("Other service unreachable"),
        message(
            "Another service that the answer needs gave no usable answer: one that the query calls (SERVICE), or the"
            " store of this site. The detail says which. With SERVICE SILENT a query goes on without the one it calls."
        ),
    ),
    "query-timeout": (
        message("Query stopped"),
        message(
            "The query exceeded the time limit and was stopped. Ask for less: narrower patterns, a LIMIT, less "
            "sorting and grouping. To get all data, download a file from /releases/."
        ),
    ),
}
